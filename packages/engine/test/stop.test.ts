import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, findContainer, killContainer, runContainer, stopContainer } from '../src/index.ts'; // prettier-ignore
import type { RunOptions, StopOptions } from '../src/index.ts';
import { readRunRecord } from '../src/run-record.ts';
import { codeOf } from './fixture.ts';
import { canRun, inWorld, killRecorded, outputOf, untilItWrote } from './world.ts';
import type { World } from './world.ts';

/** Ends with a code of its own for each of these signals. */
const listener =
  'trap "exit 3" TERM; trap "exit 4" INT; trap "exit 5" USR1; trap "exit 6" 37; echo up; while :; do sleep 0.05; done';
const deaf = 'trap "" TERM INT; echo up; while :; do sleep 0.05; done';

/** Starts a container that says `up` when it listens. */
async function listening(world: World, line: string, options?: RunOptions): Promise<string> {
  const id = await world.detached(line, options);
  await untilItWrote(world, id, 'up');
  return id;
}

function exitCodeOf(world: World, id: string): number | undefined {
  const { state } = findContainer(world, id);
  return state.status === 'exited' ? state.exit.exitCode : undefined;
}

const stops: readonly (readonly [string, string, RunOptions, StopOptions, number])[] = [
  ['asked by SIGTERM, it ends as it likes', listener, {}, {}, 3],
  ['by its own stop signal', listener, { stopSignal: 'SIGINT' }, {}, 4],
  ['by its own, a number', listener, { stopSignal: '10' }, {}, 5],
  ['by its own, a real-time signal', listener, { stopSignal: 'RTMIN+3' }, {}, 6],
  ['by the one that is chosen now', listener, { stopSignal: 'SIGINT' }, { signal: 'USR1' }, 5],
  ['asked without a limit', listener, {}, { timeout: -1 }, 3],
  ['asked with a limit beyond what a timer holds', 'trap "sleep 0.5; exit 3" TERM; echo up; while :; do sleep 0.05; done', {}, { timeout: 1e9 }, 3],
  ['deaf, it is killed in the end', deaf, {}, { timeout: 0.2 }, 137],
  ['killed at once', deaf, {}, { timeout: 0 }, 137],
  ['killed by what asks it', deaf, {}, { signal: 'KILL' }, 137],
  ['killed by its own stop signal', deaf, { stopSignal: 'KILL' }, { timeout: -1 }, 137],
  ['one that takes no signals: the kernel spares a first process', 'echo up; exec sleep 1000', {}, { timeout: 0.2 }, 137],
]; // prettier-ignore

if (canRun()) {
  for (const [what, line, options, how, code] of stops) {
    inWorld(`stop: ${what}`, async (world) => {
      const id = await listening(world, line, options);
      await stopContainer(world, id, how);
      assert.is(exitCodeOf(world, id), code);
      assert.is(readRunRecord(world, id), undefined);
    });
  }

  inWorld("stop: by the image's stop signal", async (world) => {
    const { image } = world;
    const config = { ...image.config, config: { ...image.config.config, StopSignal: 'SIGUSR1' } };
    const start = async (options: RunOptions): Promise<string> => {
      const container = await runContainer(
        world,
        { ...image, config },
        {
          command: ['sh', '-c', listener],
          output: 'none',
          tied: false,
          ...options,
        },
      );
      container.release();
      await untilItWrote(world, container.id, 'up');
      return container.id;
    };
    const [plain, chosen] = [await start({}), await start({ stopSignal: 'INT' })];
    await stopContainer(world, plain);
    await stopContainer(world, chosen);
    assert.equal([exitCodeOf(world, plain), exitCodeOf(world, chosen)], [5, 4]);
  });

  inWorld('stop: -1 waits as long as it takes', async (world) => {
    const id = await listening(world, deaf);
    const stopping = stopContainer(world, id, { timeout: -1 });
    await killContainer(world, id, 'WINCH');
    assert.is(findContainer(world, id).state.status, 'running');
    await killContainer(world, id);
    await stopping;
    assert.is(exitCodeOf(world, id), 137);
  });

  inWorld('stop: by several at once', async (world) => {
    const id = await listening(world, listener);
    await Promise.all(Array.from({ length: 5 }, () => stopContainer(world, id)));
    assert.is(exitCodeOf(world, id), 3);
  });

  inWorld('stop: what does not run is left alone', async (world) => {
    const { id } = await world.complete('exit 9');
    await stopContainer(world, id);
    assert.is(exitCodeOf(world, id), 9);
    const made = await createContainer(world, world.image, { command: ['true'] });
    await stopContainer(world, made);
    assert.equal(findContainer(world, made).state, { status: 'created' });
  });

  inWorld('stop: one whose supervisor was killed, while who started it lives', async (world) => {
    const id = await listening(world, listener);
    await killRecorded(world, id, 'supervisor');
    await stopContainer(world, id);
    assert.is(exitCodeOf(world, id), 255);
    assert.is(await codeOf(() => killContainer(world, id)), 'CONTAINER_NOT_RUNNING');
  });

  inWorld('stop: one that is removed at its end is gone', async (world) => {
    const id = await listening(world, listener, { autoRemove: true });
    await stopContainer(world, id);
    assert.equal(readdirSync(join(world.root, 'containers')), []);
    assert.is(await codeOf(() => stopContainer(world, id)), 'CONTAINER_NOT_FOUND');
  });

  inWorld('stop and kill: what is refused touches nothing', async (world) => {
    const id = await listening(world, listener);
    assert.is(await codeOf(() => stopContainer(world, id, { signal: 'NOSUCH' })), 'SIGNAL_INVALID');
    assert.is(await codeOf(() => killContainer(world, id, '65')), 'SIGNAL_INVALID');
    assert.is(await codeOf(() => stopContainer(world, 'nosuch')), 'CONTAINER_NOT_FOUND');
    assert.is(await codeOf(() => killContainer(world, 'nosuch')), 'CONTAINER_NOT_FOUND');
    assert.is(findContainer(world, id).state.status, 'running');
    await stopContainer(world, id, { timeout: 0 });
    const bad = { command: ['true'], stopSignal: 'NOSUCH' };
    assert.is(await codeOf(() => createContainer(world, world.image, bad)), 'SIGNAL_INVALID');
  });

  inWorld('kill: a signal reaches the first process, again and again', async (world) => {
    const line =
      'trap "echo usr1" USR1; trap "echo usr2" USR2; echo up; while :; do sleep 0.05; done';
    const id = await listening(world, line);
    for (const [signal, word] of [
      ['USR1', 'usr1\n'],
      ['SIGUSR2', 'usr2\n'],
      ['10', 'usr1\nusr2\nusr1\n'],
    ] as const) {
      // prettier-ignore
      await killContainer(world, id, signal);
      await untilItWrote(world, id, word);
    }
    assert.is(outputOf(world, id), 'up\nusr1\nusr2\nusr1\n');
    await killContainer(world, id);
    await stopContainer(world, id);
    assert.is(exitCodeOf(world, id), 137);
  });

  inWorld('kill: only the first process', async (world) => {
    const line =
      'sh -c "trap \\"echo child\\" USR1; echo up; while :; do sleep 0.05; done" & trap "echo first" USR1; while :; do wait; done';
    const id = await listening(world, line);
    await killContainer(world, id, 'USR1');
    await untilItWrote(world, id, 'first');
    assert.is(outputOf(world, id), 'up\nfirst\n');
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld('kill: what does not run is refused', async (world) => {
    const { id } = await world.complete('exit 9');
    assert.is(await codeOf(() => killContainer(world, id)), 'CONTAINER_NOT_RUNNING');
    const made = await createContainer(world, world.image, { command: ['true'] });
    assert.is(await codeOf(() => killContainer(world, made)), 'CONTAINER_NOT_RUNNING');
    assert.is(exitCodeOf(world, id), 9);
  });
}

test.run();
