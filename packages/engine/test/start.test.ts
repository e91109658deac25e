import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isAlive, selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, findContainer, removeContainer, startContainer, stopContainer, sweep, waitContainer } from '../src/index.ts'; // prettier-ignore
import type { AttachOptions, CreateOptions } from '../src/index.ts';
import { readRunRecord } from '../src/run-record.ts';
import { codeOf, forgeRun, reusedPid } from './fixture.ts';
import { canRun, inWorld, killRecorded, logOf, outputOf, runOfContainer, until, untilItWrote } from './world.ts'; // prettier-ignore
import type { World } from './world.ts';

/** Starts one that belongs to nobody, and lets go of it; false where somebody else has started it. */
async function started(world: World, id: string, options?: AttachOptions): Promise<boolean> {
  const container = await startContainer(world, id, options);
  container?.release();
  return container !== undefined;
}

async function startAndWait(world: World, id: string): Promise<number> {
  assert.is(await started(world, id), true);
  return waitContainer(world, id);
}

const created = (world: World, line: string, options: CreateOptions = {}): Promise<string> =>
  createContainer(world, world.image, { command: ['sh', '-c', line], ...options });

if (canRun()) {
  inWorld('one that was made starts with its command, environment and user', async (world) => {
    const options = { env: ['X=1'], user: 'app', workdir: '/tmp', hostname: 'h', name: 'made' };
    const id = await created(world, 'id -un; echo $X $HOME; pwd; hostname; exit 3', options);
    assert.equal(findContainer(world, 'made').state, { status: 'created' });
    assert.is(await startAndWait(world, 'made'), 3);
    assert.is(outputOf(world, id), 'app\n1 /home/app\n/tmp\nh\n');
  });

  inWorld('one that has ended starts again: its old command, its files', async (world) => {
    const line = 'echo again >> /file; cat /file; exit $(wc -l < /file)';
    const { id, code } = await world.complete(line, { output: 'none', name: 'job' });
    assert.is(code, 1);
    assert.is(await startAndWait(world, 'job'), 2);
    assert.is(await startAndWait(world, id.slice(0, 12)), 3);
    assert.is(world.wrote(id, 'file'), 'again\n'.repeat(3));
    // The log goes on where it was.
    assert.is(outputOf(world, id), 'again\n'.repeat(1 + 2 + 3));
    const times = logOf(world, id).map(({ time }) => time);
    assert.equal(times, times.toSorted());
  });

  inWorld('what it wrote to a file system of memory is gone', async (world) => {
    const { id, code } = await world.complete('[ ! -e /dev/shm/x ] && echo x > /dev/shm/x');
    assert.is(code, 0);
    assert.is(await startAndWait(world, id), 0);
  });

  inWorld('one that runs is not started twice', async (world) => {
    const id = await world.detached('echo up; sleep 1000');
    const run = runOfContainer(world, id);
    assert.is(await startContainer(world, id), undefined);
    assert.equal(runOfContainer(world, id), run);
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld('of many who start it at once, one does', async (world) => {
    const id = await created(world, 'echo up; sleep 1000');
    const starts = await Promise.all(Array.from({ length: 8 }, () => started(world, id)));
    assert.is(starts.filter(Boolean).length, 1);
    await untilItWrote(world, id, 'up');
    assert.is(outputOf(world, id), 'up\n');
    await stopContainer(world, id, { timeout: 0 });
    assert.is(outputOf(world, id), 'up\n');
  });

  inWorld('of many who take it over from the dead at once, one does', async (world) => {
    const { id } = await world.complete('echo up; sleep $(cat /s 2>/dev/null || echo 0)', {
      output: 'none',
    });
    const run = { id, owner: reusedPid, process: reusedPid, supervisor: reusedPid };
    const startedAt = '2026-01-02T03:04:06.000Z';
    forgeRun(world, { ...run, startedAt, cgroupsPath: `ctr/${id}` });
    writeFileSync(join(world.root, 'containers', id, 'upper/s'), '1000');
    const starts = await Promise.all(Array.from({ length: 8 }, () => started(world, id)));
    assert.is(starts.filter(Boolean).length, 1);
    await until('it has written', () => outputOf(world, id) === 'up\nup\n');
    await stopContainer(world, id, { timeout: 0 });
    assert.is(outputOf(world, id), 'up\nup\n');
  });

  inWorld('while it runs again nothing is known of its earlier end', async (world) => {
    const { id } = await world.complete('[ -e /x ] && sleep 1000; touch /x; exit 5');
    assert.is(await waitContainer(world, id), 5);
    await started(world, id);
    const { state } = findContainer(world, id);
    assert.is(state.status, 'running');
    await killRecorded(world, id, 'process');
    assert.is(await waitContainer(world, id), 137);
    const { state: later } = findContainer(world, id);
    assert.is(later.status === 'exited' && later.exit.exitCode, 137);
  });

  inWorld('it may end at once', async (world) => {
    const { id } = await world.complete('exit 0');
    for (let times = 0; times < 20; times++) assert.is(await startAndWait(world, id), 0);
  });

  inWorld(
    'what cannot be started stays as created, and its earlier end is forgotten',
    async (world) => {
      const { id } = await world.complete('rm /bin/sh; exit 4');
      assert.is(await waitContainer(world, id), 4);
      for (let times = 0; times < 2; times++) {
        assert.is(await codeOf(() => startContainer(world, id)), 'COMMAND_NOT_FOUND');
        const { state } = findContainer(world, id);
        assert.is(state.status, 'created');
        assert.is('exit' in state && state.exit?.exitCode, 127);
        assert.is(readRunRecord(world, id), undefined);
      }
      await removeContainer(world, id);
    },
  );

  inWorld('what is not executable is told as such', async (world) => {
    const id = await createContainer(world, world.image, { command: ['/etc/passwd'] });
    assert.is(await codeOf(() => startContainer(world, id)), 'COMMAND_NOT_EXECUTABLE');
    const { state } = findContainer(world, id);
    assert.is('exit' in state && state.exit?.exitCode, 126);
  });

  inWorld('a user who has gone from its files', async (world) => {
    const { id } = await world.complete('rm /etc/passwd; exit 0', { user: 'root' });
    assert.is(await codeOf(() => startContainer(world, id)), 'USER_NOT_FOUND');
    assert.is(readRunRecord(world, id), undefined);
  });

  inWorld('a bundle that is damaged or gone, and who is not there', async (world) => {
    const id = await created(world, 'true');
    const config = join(world.root, 'containers', id, 'bundle/config.json');
    writeFileSync(config, '{"ociVersion"');
    assert.is(await codeOf(() => startContainer(world, id)), 'CONTAINER_DAMAGED');
    rmSync(config);
    assert.is(await codeOf(() => startContainer(world, id)), 'CONTAINER_DAMAGED');
    assert.is(await codeOf(() => startContainer(world, 'nosuch')), 'CONTAINER_NOT_FOUND');
    assert.is(readRunRecord(world, id), undefined);
    await removeContainer(world, id);
    assert.is(await codeOf(() => startContainer(world, id)), 'CONTAINER_NOT_FOUND');
    assert.equal(readdirSync(join(world.run, 'containers')), []);
  });

  inWorld('a log that cannot be written keeps it from starting', async (world) => {
    const id = await created(world, 'true');
    const log = join(world.root, 'containers', id, 'log');
    writeFileSync(`${log}.elsewhere`, '');
    symlinkSync(`${log}.elsewhere`, log);
    assert.is(await codeOf(() => startContainer(world, id)), 'START_FAILED');
    rmSync(log);
    assert.is(await startAndWait(world, id), 0);
  });

  inWorld('given up before the program runs: it stays as it was made', async (world) => {
    const stop = Object.assign(new Error('stop'), { code: 'STOP' });
    const id = await created(world, 'true');
    const ends = new Set<string>();
    for (let delay = 0; delay < 40; delay += 4) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(stop), delay);
      const start = (): Promise<unknown> => startAndWaitFor(world, id, controller.signal);
      ends.add(await codeOf(start));
      clearTimeout(timer);
      await until('it is given back', () => readRunRecord(world, id) === undefined);
    }
    ends.delete('STOP');
    ends.delete('none');
    assert.equal([...ends], []);
    assert.is(await startAndWait(world, id), 0);
  });

  inWorld('attached from its first byte, and ours where that is wanted', async (world) => {
    const id = await created(world, 'read line; echo got $line; echo err >&2; exit 6', { stdin: 'once' }); // prettier-ignore
    const container = await startContainer(world, id, {
      output: 'pipe',
      input: 'pipe',
      tied: true,
    });
    assert.ok(container?.stdin && container.stdout && container.stderr);
    container.stdin.write('word\n');
    const streams = [text(container.stdout), text(container.stderr)];
    assert.equal(await Promise.all(streams), ['got word\n', 'err\n']);
    assert.equal(await container.wait(), { code: 6, signal: 0, oomKilled: false, warnings: [] });
  });

  inWorld('autoRemove: it goes at its end, whoever started it', async (world) => {
    const id = await created(world, 'exit 7', { autoRemove: true, name: 'fleeting' });
    await started(world, id);
    await until('it is gone', () => readdirSync(join(world.root, 'containers')).length === 0);
    await until('with its files', () => readdirSync(join(world.root, 'trash')).length === 0);
    assert.equal(readdirSync(join(world.root, 'names')), []);
  });

  inWorld('one whose supervisor was killed starts again', async (world) => {
    const id = await world.detached('echo up; sleep 1000');
    await killRecorded(world, id, 'supervisor');
    assert.is(await started(world, id), true);
    await until('it has written', () => outputOf(world, id) === 'up\nup\n');
    await sweep(world);
    assert.is(findContainer(world, id).state.status, 'running');
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld('a run that a power cut left damaged does not stand in its way', async (world) => {
    const id = await created(world, 'exit 3');
    forgeRun(world, { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}` });
    writeFileSync(join(world.run, 'containers', id, 'run.json'), '{"id":');
    assert.is(await startAndWait(world, id), 3);
  });

  inWorld('its supervisor has the run before it runs', async (world) => {
    const id = await world.detached('sleep 1000');
    const { owner, supervisor, process: first, startedAt } = runOfContainer(world, id);
    assert.equal(owner, selfIdentity());
    assert.ok(supervisor && first && isAlive(supervisor) && isAlive(first));
    assert.is(findContainer(world, id).startedAt, startedAt);
    await stopContainer(world, id, { timeout: 0 });
    assert.not(isAlive(supervisor) && isAlive(first));
  });
}

async function startAndWaitFor(world: World, id: string, signal: AbortSignal): Promise<void> {
  const container = await startContainer(world, id, { signal });
  container?.release();
  await waitContainer(world, id);
}

test.run();
