import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDebianRegistry } from '@ctrkit/testing';
import { parseArguments, usage } from './arguments.ts';
import type { BenchArguments, SectionName } from './arguments.ts';
import type { BenchContext, PeerContext } from './bench-context.ts';
import { cgroupParent } from './cgroup-parent.ts';
import { isInstalled } from './commands.ts';
import { environment } from './environment.ts';
import { formatMachine, machine } from './machine.ts';
import { startPeers } from './peers.ts';
import { formatRow, reportOf } from './report.ts';
import type { Row } from './row.ts';
import { measureArchive } from './sections/archive.ts';
import { measureBuild } from './sections/build.ts';
import { measureExec } from './sections/exec.ts';
import { measureFork } from './sections/fork.ts';
import { measureLibrary } from './sections/library.ts';
import { measuresOfMany } from './sections/many.ts';
import { measureMemory } from './sections/memory.ts';
import { measurePs } from './sections/ps.ts';
import { measurePull } from './sections/pull.ts';
import { measureRun } from './sections/run.ts';
import { measureUnpack } from './sections/unpack.ts';
import { watchStrays } from './strays.ts';
import { takeSignals } from './take-signals.ts';
import { workDirectory } from './work-directory.ts';

type Measure<Context> = (context: Context) => Promise<Row[]>;

/** Sections that pull from a registry, beside docker and podman. */
const beside: Partial<Record<SectionName, readonly Measure<PeerContext>[]>> = {
  run: [measureRun, measurePs, measureLibrary],
  live: [measureExec, ...measuresOfMany, measureMemory],
  pull: [measurePull],
  archive: [measureArchive],
  build: [measureBuild],
};
const alone: Partial<Record<SectionName, readonly Measure<BenchContext>[]>> = {
  unpack: [measureUnpack],
  fork: [measureFork],
};

/** What the image in the registry is made and brought there with. */
const fixtures = ['docker-registry', 'skopeo', 'busybox'];

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function print(row: Row, json: boolean): void {
  const text = json
    ? reportOf(row).map((line) => `${JSON.stringify(line)}\n`)
    : [`\n${formatRow(row)}`];
  process.stdout.write(text.join(''));
  const ours = row.figures.find((figure) => figure.name === row.ours);
  if (ours === undefined || 'missing' in ours) process.exitCode = 1;
}

function printMachine(json: boolean): void {
  const now = machine();
  process.stdout.write(json ? `${JSON.stringify({ machine: now })}\n` : `${formatMachine(now)}\n`);
}

/** One thing that cannot be measured does not keep the rest from it. */
async function orGoOn(what: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    say(`${what}: not measured: ${reason(error)}`);
    process.exitCode = 1;
  }
}

async function measureAll<Context extends BenchContext>(
  sections: Partial<Record<SectionName, readonly Measure<Context>[]>>,
  { only, json }: BenchArguments,
  context: Context,
): Promise<void> {
  for (const name of only) {
    for (const measure of sections[name] ?? []) {
      await orGoOn(name, context.signal, async () => {
        for (const row of await measure(context)) print(row, json);
      });
    }
  }
}

async function measureBesidePeers(args: BenchArguments, context: BenchContext): Promise<void> {
  const missing = fixtures.filter((name) => !isInstalled(name));
  if (missing.length > 0) throw new Error(`needs ${missing.join(', ')}`);
  await using cgroup = cgroupParent();
  await using _strays = watchStrays();
  await using registry = await startDebianRegistry();
  await using peers = await startPeers(context.work, cgroup.name, context);
  const { docker, podman } = peers;
  const added = { registry: registry.host, cgroup: cgroup.name, docker, podman };
  await measureAll(beside, args, { ...context, ...added });
}

async function bench(args: BenchArguments, signal: AbortSignal): Promise<void> {
  await using work = await workDirectory(args.directory);
  const home = join(work.path, 'home');
  await mkdir(home);
  const { directory: cache, rounds } = args;
  const context = { work: work.path, cache, env: environment(home), signal, rounds, say };
  printMachine(args.json);
  const pulling = args.only.filter((name) => name in beside);
  if (pulling.length > 0) {
    await orGoOn(pulling.join(', '), signal, () => measureBesidePeers(args, context));
  }
  await measureAll(alone, args, context);
  printMachine(args.json);
}

using signal = takeSignals();
try {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) process.stdout.write(usage);
  else await bench(args, signal);
} catch (error) {
  say(`bench: ${reason(error)}`);
  process.exitCode = signal.aborted ? 130 : 1;
}
