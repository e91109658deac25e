import { readdirSync, readFileSync } from 'node:fs';
import { pushBusybox } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import { call, engines, pull, removeAll } from '../engines.ts';
import type { AnyEngine, EngineCli } from '../engines.ts';
import type { Figure, Row } from '../row.ts';

const MANY = 20;

/** What looks after one container of each engine, by its command line. */
const keepers: Readonly<Record<string, RegExp>> = {
  ctr: /ctr-helper\0supervise/,
  docker: /containerd-shim/,
  podman: /conmon/,
};

function commandLines(pattern: RegExp): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return pattern.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Its share of memory, in bytes: pages that several processes have count in part for each (proc_pid_smaps_rollup(5)). */
function proportionalSize(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? Number.NaN) * 1024;
}

async function keepersOf(
  engine: EngineCli,
  image: string,
  signal: AbortSignal,
): Promise<readonly number[]> {
  await pull(engine, image, signal);
  const pattern = keepers[engine.name] ?? /^$/;
  const before = new Set(commandLines(pattern));
  for (let count = 0; count < MANY; count++) {
    await call(engine, ['run', '-d', ...engine.runFlags, image, 'sleep', '1000'], signal);
  }
  const own = commandLines(pattern).filter((pid) => !before.has(pid));
  return own.map(proportionalSize);
}

async function figureOf(engine: AnyEngine, image: string, signal: AbortSignal): Promise<Figure> {
  if ('missing' in engine) return engine;
  try {
    return { name: engine.name, values: await keepersOf(engine, image, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { name: engine.name, missing: error instanceof Error ? error.message : String(error) };
  } finally {
    await removeAll(engine, new AbortController().signal);
  }
}

/** What a running container costs in memory besides its own processes. */
export async function measureMemory(context: PeerContext): Promise<Row[]> {
  const { signal, registry } = context;
  const image = `${registry}/busybox`;
  await pushBusybox(`http://${registry}`);
  const figures: Figure[] = [];
  for (const engine of engines(context)) {
    context.say(`memory: ${MANY} containers of ${engine.name}`);
    figures.push(await figureOf(engine, image, signal));
  }
  return [
    {
      id: 'memory',
      title: `memory (PSS) of what looks after a running container, of ${MANY}`,
      unit: 'bytes',
      ours: 'ctr',
      bars: { ctr: { most: 200_000 } },
      figures,
      notes: ["docker's daemon itself is not counted"],
    },
  ];
}
