import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openEngine, prepareImage, removeContainer, runContainer } from '@ctrkit/engine';
import type { Engine, RunnableImage } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import { busyboxConfig, busyboxEntries, makeImageLayout, tarOf } from '@ctrkit/testing';
import type { BenchContext } from '../bench-context.ts';
import { bundled, isInstalled } from '../commands.ts';
import { execute } from '../execute.ts';
import { fresh } from '../fresh.ts';
import type { Row } from '../row.ts';

const FORKS = 50;
const FILES = 10;
const FILE = 50_000_000;

interface Place {
  readonly engine: Engine;
  readonly image: RunnableImage;
}

/** An image of 500 MB, unpacked. */
async function placeIn(context: BenchContext): Promise<Place> {
  const at = (name: string): string => join(context.work, 'fork', name);
  const engine = openEngine({ root: at('root'), run: at('run') });
  const content = randomBytes(FILE);
  const files = Array.from({ length: FILES }, (_, number) => tarOf([{ path: `file-${number}`, type: 'File', content }])); // prettier-ignore
  const layers = [tarOf(await busyboxEntries()), ...files];
  await makeImageLayout(at('layout'), { layers, config: busyboxConfig, compression: 'none' });
  await (await openImageStore(engine)).import(at('layout'), { name: 'large' });
  return { engine, image: await prepareImage(engine, 'large', { pull: 'never' }) };
}

async function usedBy({ root }: Engine, context: BenchContext): Promise<number> {
  await fresh(context);
  const { stdout } = await execute(['du', '-sk', root], context);
  return Number(stdout.split('\t')[0]) * 1024;
}

interface Forks {
  readonly milliseconds: number[];
  /** Of each, on the disk. */
  readonly bytes: number;
}

async function forksOf(
  container: string,
  { engine }: Place,
  context: BenchContext,
): Promise<Forks> {
  const rounds = context.rounds ?? FORKS;
  const env = { ...context.env, CTR_ROOT: engine.root, CTR_RUN: engine.run };
  const command = [...bundled('ctr'), 'fork', '--no-start', container] as const;
  const options = { env, signal: context.signal };
  // The first one makes a layer of what the container changed.
  const first = await execute(command, options);
  const before = await usedBy(engine, context);
  const milliseconds: number[] = [];
  const ids = [first.stdout.trim()];
  for (let round = 0; round < rounds; round++) {
    const forked = await execute(command, options);
    milliseconds.push(forked.milliseconds);
    ids.push(forked.stdout.trim());
  }
  const bytes = ((await usedBy(engine, context)) - before) / rounds;
  for (const id of ids) await removeContainer(engine, id);
  return { milliseconds, bytes };
}

function rowsOf(what: string, id: string, { milliseconds, bytes }: Forks): Row[] {
  const shared = { ours: 'ctr', notes: [] };
  return [
    {
      ...shared,
      id,
      title: `ctr fork --no-start, of a container ${what} on an image of 500 MB`,
      unit: 'ms',
      bars: { ctr: { most: 100 } },
      figures: [{ name: 'ctr', values: milliseconds }],
    },
    {
      ...shared,
      id: `${id}-disk`,
      title: 'what each takes on the disk',
      unit: 'bytes',
      bars: { ctr: { most: 1_000_000 } },
      figures: [{ name: 'ctr', values: [bytes] }],
    },
  ];
}

/** Forks of a container at rest and of one that runs: how long each takes, the start of Node included, and how much room. */
export async function measureFork(context: BenchContext): Promise<Row[]> {
  if (!isInstalled('busybox')) throw new Error('needs busybox');
  context.say(`fork: ${context.rounds ?? FORKS} of each`);
  const place = await placeIn(context);
  const { engine, image } = place;
  const script =
    'mkdir /data; for n in 1 2 3 4 5 6 7 8 9; do echo $n > /data/$n; done; rm -f /bin/ls';
  const rest = await runContainer(engine, image, { command: ['sh', '-c', script], output: 'none' });
  await rest.wait();
  const rows = rowsOf('at rest', 'fork', await forksOf(rest.id, place, context));
  const command = ['sh', '-c', `${script}; sleep 1000`];
  const running = await runContainer(engine, image, { command, output: 'none', tied: false });
  running.release();
  try {
    rows.push(...rowsOf('that runs', 'fork-running', await forksOf(running.id, place, context)));
  } finally {
    await removeContainer(engine, running.id, { force: true });
  }
  return rows;
}
