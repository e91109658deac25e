import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openEngine, prepareImage, runContainer } from '@ctrkit/engine';
import type { Engine, Limits, RunnableImage } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import { makeBusyboxLayout } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import type { Row } from '../row.ts';

const MEBIBYTE = 1024 * 1024;

async function untilFirstByte(
  engine: Engine,
  image: RunnableImage,
  limits: Limits,
): Promise<number> {
  const started = performance.now();
  const container = await runContainer(engine, image, {
    command: ['echo', 'x'],
    output: 'pipe',
    autoRemove: true,
    limits,
  });
  if (container.stdout === null) throw new TypeError('no stdout, though it was asked for');
  await once(container.stdout, 'data');
  const taken = performance.now() - started;
  container.stderr?.resume();
  await container.wait();
  return taken;
}

/** A container from inside a running program: from the call to the first byte of its output. */
export async function measureLibrary({ work, rounds = 20, say }: PeerContext): Promise<Row[]> {
  say(`library: ${rounds} containers`);
  const root = join(work, 'library');
  const engine = openEngine({ root: join(root, 'root'), run: join(root, 'run') });
  await makeBusyboxLayout(join(root, 'layout'));
  const store = await openImageStore({ root: engine.root });
  await store.import(join(root, 'layout'), { name: 'busybox' });
  const image = await prepareImage(engine, 'busybox', { pull: 'never' });
  const values: number[] = [];
  // The first ones compile it.
  for (let round = -5; round < rounds; round++) {
    const taken = await untilFirstByte(engine, image, { memory: 64 * MEBIBYTE, pids: 50 });
    if (round >= 0) values.push(taken);
  }
  return [
    {
      id: 'library',
      title: 'a container from inside a running program, to its first byte, with limits',
      unit: 'ms',
      ours: 'engine',
      bars: { engine: { most: 20 } },
      figures: [{ name: 'engine', values }],
      notes: [],
    },
  ];
}
