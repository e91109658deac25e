import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDebianRegistry } from '@ctrkit/testing';
import { parseArguments, usage } from './arguments.ts';
import type { BenchArguments, SectionName } from './arguments.ts';
import type { BenchContext } from './bench-context.ts';
import { cgroupParent } from './cgroup-parent.ts';
import { isInstalled } from './commands.ts';
import { environment } from './environment.ts';
import { formatMachine, machine } from './machine.ts';
import { startPeers } from './peers.ts';
import { formatRow, reportOf } from './report.ts';
import type { Row } from './row.ts';
import { measurePs } from './sections/ps.ts';
import { measurePull } from './sections/pull.ts';
import { measureRun } from './sections/run.ts';
import { measureUnpack } from './sections/unpack.ts';
import { watchStrays } from './strays.ts';
import { takeSignals } from './take-signals.ts';
import { workDirectory } from './work-directory.ts';

type Measure = (context: BenchContext) => Promise<Row[]>;

const sections: Record<SectionName, readonly Measure[]> = {
  run: [measureRun, measurePs],
  pull: [measurePull],
  unpack: [measureUnpack],
};

/** Without these nothing can be measured but the unpacking. */
const fixtures = ['docker-registry', 'skopeo', 'busybox'];

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function print(row: Row, json: boolean): void {
  const text = json
    ? reportOf(row).map((line) => `${JSON.stringify(line)}\n`)
    : [`\n${formatRow(row)}`];
  process.stdout.write(text.join(''));
}

function printMachine(json: boolean): void {
  const now = machine();
  process.stdout.write(json ? `${JSON.stringify({ machine: now })}\n` : `${formatMachine(now)}\n`);
}

/** Whether ours could be measured in every row. */
async function measureSection(
  name: SectionName,
  context: BenchContext,
  json: boolean,
): Promise<boolean> {
  let complete = true;
  for (const measure of sections[name]) {
    for (const row of await measure(context)) {
      print(row, json);
      const ours = row.figures.find((figure) => figure.name === row.ours);
      if (ours === undefined || 'missing' in ours) complete = false;
    }
  }
  return complete;
}
