import { join } from 'node:path';
import { createContainer, openEngine, prepareImage } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import { makeBusyboxLayout } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import { bundled } from '../commands.ts';
import type { Entrant } from '../contender.ts';
import { times } from '../figures.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';

const importYargs = `import ${JSON.stringify(import.meta.resolve('yargs'))}`;
const nodeWithYargs = 'node, import of yargs';

/** Milliseconds beyond Node and yargs, by the number of containers. */
const numbers = { 0: 10, 10: 10, 1000: 40 } as const;

const directories = (work: string, count: string): { root: string; run: string } => ({
  root: join(work, `ps-${count}`, 'root'),
  run: join(work, `ps-${count}`, 'run'),
});

async function makeContainers(work: string, count: string): Promise<void> {
  const engine = openEngine(directories(work, count));
  if (count === '0') return;
  const layout = join(work, `ps-${count}`, 'layout');
  await makeBusyboxLayout(layout);
  const store = await openImageStore({ root: engine.root });
  await store.import(layout, { name: 'busybox' });
  const image = await prepareImage(engine, 'busybox', { pull: 'never' });
  for (let made = 0; made < Number(count); made++) {
    await createContainer(engine, image, { name: `bench-${made}` });
  }
}

function peersOf({ docker, podman, env }: PeerContext): Entrant[] {
  return [
    'missing' in docker
      ? { name: 'docker', ...docker }
      : { name: 'docker', command: [...docker.client, 'ps', '-a'], env },
    'missing' in podman
      ? { name: 'podman', ...podman }
      : {
          name: 'podman',
          command: [...podman.command, 'ps', '-a'],
          env: { ...env, ...podman.env },
        },
  ];
}

async function measureWith(context: PeerContext, count: string, plus: number): Promise<Row> {
  const { signal, env, work, rounds = 15 } = context;
  const node = process.execPath;
  const { root, run } = directories(work, count);
  const entrants: Entrant[] = [
    {
      name: 'ctr',
      command: [...bundled('ctr'), 'ps', '-a'],
      env: { ...env, CTR_ROOT: root, CTR_RUN: run },
      setUp: () => makeContainers(work, count),
    },
    ...(count === '0' ? peersOf(context) : []),
    { name: 'node -e 0', command: [node, '-e', '0'], env },
    { name: nodeWithYargs, command: [node, '--input-type=module', '-e', importYargs], env },
  ];
  context.say(`ps: ${rounds} rounds of ${entrants.map(({ name }) => name).join(', ')}`);
  const outcomes = await interleave(entrants, { rounds, warmUp: 2, signal });
  return {
    id: `ps-${count}`,
    title: `ps -a, ${count} containers`,
    unit: 'ms',
    ours: 'ctr',
    bars: { [nodeWithYargs]: { times: 1, plus } },
    figures: times(outcomes),
    notes: [],
  };
}

/** `ps -a` of no, of ten and of a thousand containers, beside Node's own start; of none beside the peers. */
export async function measurePs(context: PeerContext): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [count, plus] of Object.entries(numbers)) {
    rows.push(await measureWith(context, count, plus));
  }
  return rows;
}
