import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, selfIdentity } from '@ctrkit/durable';
import { openImageStore } from '@ctrkit/image-store';
import { assertNothingLeft, makeImageLayout, run, snapshotHost, temporaryDirectory } from '@ctrkit/testing'; // prettier-ignore
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findContainer, listContainers, openEngine, prepareImage, removeContainer, runContainer, sweep } from '../src/index.ts'; // prettier-ignore
import type { CreateOptions, ExitRecord, ImageEvent, RunnableImage } from '../src/index.ts';
import { claimName } from '../src/names.ts';
import { readRunRecord, removeRunRecord } from '../src/run-record.ts';
import { codeOf, idOf } from './fixture.ts';
import { canRun, importBusybox, inAnotherProcess, inWorld, killRecorded, runOfContainer, until, worldOf } from './world.ts'; // prettier-ignore
import type { World } from './world.ts';

const owning = `
const options = { ...parameters, command: ['sh', '-c', 'echo up; sleep 1000'] };
await (await ctr.runContainer(engine, image, options)).wait();
`;

/** The end of a container as whoever lists it sees it. */
function exitOf(world: World, nameOrId: string): ExitRecord | undefined {
  const { state } = findContainer(world, nameOrId);
  return 'exit' in state ? state.exit : undefined;
}

const placesOfContainers = ['root/containers', 'root/names', 'run/containers', 'run/ended'];

/** Nothing of a container is to be seen, and soon nothing rests where it is deleted. */
async function assertNoContainer(world: World): Promise<void> {
  for (const place of placesOfContainers) {
    assert.equal(readdirSync(join(world.directory, place)), [], place);
  }
  for (const place of ['root/trash', 'run/trash']) {
    const isEmpty = (): boolean => readdirSync(join(world.directory, place)).length === 0;
    await until(`${place} is empty`, isEmpty);
  }
}

if (canRun()) {
  inWorld("exit codes are the program's, 128 + n after signal n", async ({ complete }) => {
    assert.is((await complete('exit 0')).code, 0);
    assert.is((await complete('exit 3')).code, 3);
    assert.is((await complete('kill -9 $$; sleep 9', {})).code, 0, 'pid 1 cannot kill itself');
  });

  inWorld('a signal goes to the first process', async ({ start }) => {
    const container = await start('trap "exit 7" TERM; while :; do sleep 0.05; done');
    // Until the trap is set, pid 1 is spared the signal by the kernel.
    const again = setInterval(() => container.kill('SIGTERM'), 100);
    const exit = await container.wait();
    clearInterval(again);
    assert.equal(exit, { code: 7, signal: 0, oomKilled: false, warnings: [] });
  });

  inWorld('SIGKILL: 137, and recorded so', async (world) => {
    const container = await world.start('sleep 1000');
    container.kill('SIGTERM');
    container.kill('SIGUSR1');
    await killRecorded(world, container.id, 'process');
    assert.equal(await container.wait(), { code: 137, signal: 9, oomKilled: false, warnings: [] });
    assert.equal(await container.wait(), await container.wait());
    assert.is(exitOf(world, container.id)?.exitCode, 137);
  });

  inWorld('while it runs there is a record of it, and it says who', async (world) => {
    const container = await world.start('sleep 1000', { name: 'web' });
    const run = runOfContainer(world, container.id);
    assert.equal(run.owner, selfIdentity());
    assert.ok(run.process && isAlive(run.process));
    assert.ok(run.supervisor && isAlive(run.supervisor));
    const { state } = findContainer(world, 'web');
    assert.is(state.status === 'running' && state.pid, run.process.pid);
    assert.is(await codeOf(() => removeContainer(world, 'web')), 'CONTAINER_RUNNING');
    await sweep(world);
    assert.is(findContainer(world, 'web').state.status, 'running');
    await killRecorded(world, container.id, 'process');
    await container.wait();
    assert.is(readRunRecord(world, container.id), undefined);
    assert.not(isAlive(run.process));
    const { supervisor } = run;
    await until('the end of its supervisor', () => !isAlive(supervisor));
  });

  inWorld('the program runs only when the record stands', async (world) => {
    // The program would end before anybody could write a record of it.
    for (let count = 0; count < 5; count++) {
      const { id, code } = await world.complete('true');
      assert.is(code, 0);
      const exit = exitOf(world, id);
      assert.ok(exit?.startedAt !== undefined && exit.finishedAt !== undefined);
      assert.ok(exit.startedAt <= exit.finishedAt);
    }
  });

  inWorld(
    'a container that has ended is listed with its end, until it is removed',
    async (world) => {
      const { id } = await world.complete('echo kept > /file; exit 5', { name: 'job' });
      const { state, command, image } = findContainer(world, 'job');
      assert.is(state.status === 'exited' && state.exit.exitCode, 5);
      assert.equal([command, image], [['sh', '-c', 'echo kept > /file; exit 5'], 'busybox']);
      assert.is(world.wrote(id, 'file'), 'kept\n');
      await removeContainer(world, 'job');
      assert.equal(listContainers(world), []);
      assert.equal(readdirSync(join(world.root, 'names')), []);
      await world.complete('true', { name: 'job' });
    },
  );

  inWorld('autoRemove: nothing of it stays', async (world) => {
    const { code } = await world.complete('echo x > /file; exit 4', { autoRemove: true });
    assert.is(code, 4);
    await assertNoContainer(world);
  });

  inWorld('what cannot be started stays as created, with code and reason', async (world) => {
    const starts: readonly (readonly [CreateOptions, string, number])[] = [
      [{ command: ['nosuch'] }, 'COMMAND_NOT_FOUND', 127],
      [{ command: ['/no/such'] }, 'COMMAND_NOT_FOUND', 127],
      [{ command: ['/etc/passwd'] }, 'COMMAND_NOT_EXECUTABLE', 126],
      [{ command: ['/etc'] }, 'COMMAND_NOT_EXECUTABLE', 126],
      [{ command: ['true'], user: 'nosuch' }, 'USER_NOT_FOUND', 125],
      [{ command: ['true'], workdir: '/etc/passwd' }, 'START_FAILED', 125],
    ];
    for (const [index, [options, code, exitCode]] of starts.entries()) {
      const name = `failed-${index}`;
      const start = (): Promise<unknown> => runContainer(world, world.image, { ...options, name });
      assert.is(await codeOf(start), code, name);
      const { state } = findContainer(world, name);
      assert.is(state.status, 'created');
      const exit = 'exit' in state ? state.exit : undefined;
      assert.is(exit?.exitCode, exitCode);
      assert.is.not(exit?.error ?? '', '');
      assert.is(readRunRecord(world, findContainer(world, name).id), undefined);
    }
  });

  inWorld('autoRemove: what cannot be started does not stay', async (world) => {
    const options: CreateOptions = { command: ['nosuch'], autoRemove: true };
    assert.is(await codeOf(() => runContainer(world, world.image, options)), 'COMMAND_NOT_FOUND');
    assert.equal(listContainers(world), []);
    assert.equal(readdirSync(join(world.directory, 'run/containers')), []);
  });

  inWorld('what is refused before it is made leaves nothing', async (world) => {
    await world.complete('true', { name: 'taken' });
    const refusals: readonly (readonly [CreateOptions, string])[] = [
      [{ name: 'taken' }, 'NAME_IN_USE'],
      [{ name: 'a/b' }, 'NAME_INVALID'],
      [{ limits: { memory: 1 } }, 'LIMIT_INVALID'],
      [{ workdir: 'relative' }, 'CWD_INVALID'],
      [{ env: ['=x'] }, 'ENV_INVALID'],
    ];
    for (const [options, code] of refusals) {
      assert.is(await codeOf(() => runContainer(world, world.image, options)), code);
    }
    const failed = Promise.reject<RunnableImage>(
      Object.assign(new Error('gone'), { code: 'GONE' }),
    );
    assert.is(await codeOf(() => runContainer(world, failed)), 'GONE');
    assert.equal(
      listContainers(world).map(({ name }) => name),
      ['taken'],
    );
    assert.equal(readdirSync(join(world.root, 'names')), ['taken']);
    assert.equal(readdirSync(join(world.directory, 'run/containers')), []);
  });

  inWorld('who the program is, where, and what it is told', async (world) => {
    const line = 'cd /tmp; { id -u; id -g; id -G; echo $HOME $X; hostname; } > out';
    const { id } = await world.complete(line, { user: 'app', env: ['X=1'], hostname: 'h' });
    assert.is(world.wrote(id, 'tmp/out'), '1000\n1000\n1000 29 100\n/home/app 1\nh\n');
  });

  inWorld('limits: an allocation beyond is killed, and the record says by what', async (world) => {
    const limits = { memory: 32 * 1024 * 1024 };
    const line = 'dd if=/dev/zero of=/dev/null bs=64M count=1';
    const container = await world.start(`exec ${line}`, { limits });
    const exit = await container.wait();
    assert.equal(exit, { code: 137, signal: 9, oomKilled: true, warnings: [] });
    assert.is(exitOf(world, container.id)?.oomKilled, true);
  });

  inWorld('two containers of an image do not see what the other writes', async (world) => {
    const [one, two] = await Promise.all([
      world.complete('echo 1 > /f; sleep 0.2; cat /f > /g'),
      world.complete('echo 2 > /f; sleep 0.2; cat /f > /g'),
    ]);
    assert.equal([world.wrote(one.id, 'g'), world.wrote(two.id, 'g')], ['1\n', '2\n']);
    assert.is((await world.complete('[ ! -e /f ]')).code, 0);
  });

  for (const autoRemove of [true, false]) {
    inWorld(
      `kill -9 of the owner, autoRemove ${autoRemove}: it ends, and that is known without a sweep`,
      async (world) => {
        const owner = inAnotherProcess(world, owning, { autoRemove });
        await once(owner.stdout as Readable, 'data');
        const [id = ''] = readdirSync(join(world.root, 'containers'));
        const { process: first } = runOfContainer(world, id);
        await until('it runs', () => findContainer(world, id).state.status === 'running');
        owner.kill('SIGKILL');
        await once(owner, 'exit');
        await until('its end', () => readRunRecord(world, id) === undefined);
        assert.not(first && isAlive(first));
        // Its supervisor saw the end: 128 + SIGKILL.
        const codes = (): unknown[] =>
          listContainers(world).map(({ id }) => exitOf(world, id)?.exitCode);
        assert.equal(codes(), autoRemove ? [] : [137]);
        await Promise.all([sweep(world), sweep(world)]);
        assert.equal(codes(), autoRemove ? [] : [137]);
        assert.equal(readdirSync(join(world.directory, 'run/containers')), []);
        if (autoRemove) await until('its files are deleted', () => readdirSync(join(world.root, 'trash')).length === 0); // prettier-ignore
      },
    );
  }

  inWorld('a program starts when it starts: not when its image was asked for', async (world) => {
    const late = new Promise<RunnableImage>((resolve) => {
      setTimeout(() => resolve(world.image), 300);
    });
    const asked = Date.now();
    const container = await runContainer(world, late, { command: ['true'] });
    await container.wait();
    const exit = exitOf(world, container.id);
    assert.ok(Date.parse(exit?.startedAt ?? '') >= asked + 290);
    assert.ok((exit?.startedAt ?? '') <= (exit?.finishedAt ?? ''));
  });

  inWorld('after a reboot it has exited, and nobody saw how', async (world) => {
    const container = await world.start('sleep 1000', { name: 'cut' });
    const startOf = (): unknown => findContainer(world, 'cut').startedAt;
    await until('its start is on disk', () => startOf() !== undefined);
    await killRecorded(world, container.id, 'supervisor');
    await container.wait().catch(() => {});
    // Neither of these outlives a power cut.
    removeRunRecord(world, container.id);
    rmSync(join(world.root, 'containers', container.id, 'exit.json'), { force: true });
    const { state } = findContainer(world, 'cut');
    assert.is(state.status, 'exited');
    assert.is(exitOf(world, 'cut')?.exitCode, 255);
  });

  inWorld('given up at any moment before the program: nothing of it stays', async (world) => {
    const stop = Object.assign(new Error('stop'), { code: 'STOP' });
    await world.complete('true', { autoRemove: true });
    const ends = new Set<string>();
    for (let delay = 0; delay < 60; delay += 4) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(stop), delay);
      const { signal } = controller;
      const end = await codeOf(async () => {
        const options = { command: ['true'], autoRemove: true, signal };
        await (await runContainer(world, Promise.resolve(world.image), options)).wait();
      });
      clearTimeout(timer);
      ends.add(end);
      await assertNoContainer(world);
    }
    assert.ok(ends.has('STOP'));
    ends.delete('STOP');
    ends.delete('none');
    assert.equal([...ends], []);
  });

  inWorld(
    'given up while it is made: a container that was to stay does not either',
    async (world) => {
      const stop = Object.assign(new Error('stop'), { code: 'STOP' });
      const controller = new AbortController();
      const image = Promise.resolve().then(() => {
        controller.abort(stop);
        return world.image;
      });
      const options = { command: ['true'], name: 'kept', signal: controller.signal };
      assert.is(await codeOf(() => runContainer(world, image, options)), 'STOP');
      assert.equal(listContainers(world), []);
      assert.equal(readdirSync(join(world.root, 'names')), []);
      assert.is(await codeOf(() => runContainer(world, world.image, options)), 'STOP');
    },
  );

  inWorld('the cgroup comes after the record by which it is found', async (world) => {
    const runs = join(world.run, 'containers');
    rmSync(runs, { recursive: true });
    const start = (): Promise<unknown> => runContainer(world, world.image, { command: ['true'] });
    assert.is(await codeOf(start), 'ENOENT');
    mkdirSync(runs);
    assert.equal(listContainers(world), []);
  });

  test('a full disk: the exit code is returned, with a warning, and ps knows it', async () => {
    const before = await snapshotHost();
    {
      await using base = await temporaryDirectory();
      const root = join(base.path, 'root');
      mkdirSync(root);
      await run(['mount', '-t', 'tmpfs', '-o', 'size=24m', 'none', root]);
      try {
        const engine = openEngine({ root, run: join(base.path, 'run') });
        const test = {
          ...engine,
          directory: base.path,
          [Symbol.asyncDispose]: () => Promise.resolve(),
        };
        const world = worldOf(test, await importBusybox(engine, base.path));
        // Once more when its start is recorded, by which a page of the disk became free.
        const fill = 'cat /dev/zero > /full; sleep 0.5; cat /dev/zero >> /full; exit 3';
        const container = await world.start(fill, { name: 'fat' });
        const exit = await container.wait();
        assert.is(exit !== 'detached' && exit.code, 3);
        assert.is(exit !== 'detached' && exit.warnings.length, 1);
        const { state } = findContainer(world, 'fat');
        assert.is(state.status, 'exited');
        assert.is(exitOf(world, 'fat')?.exitCode, 3);
        assert.is(await codeOf(() => sweep(world)), 'NO_SPACE');
        assert.is(exitOf(world, 'fat')?.exitCode, 3);
        assert.is(await codeOf(() => claimName(world, 'other', idOf('1'))), 'NO_SPACE');
        await removeContainer(world, 'fat');
        assert.is((await world.complete('exit 4', { name: 'fat' })).code, 4);
      } finally {
        // The supervisor may still be at what it does when nobody waits.
        while ((await run(['umount', root])).code !== 0) await sleep(20);
      }
    }
    await assertNothingLeft(before);
  });

  inWorld('an image without layers is an empty root', async (world) => {
    const layout = join(world.directory, 'empty-layout');
    await makeImageLayout(layout, { layers: [] });
    const store = await openImageStore({ root: world.root });
    await store.import(layout, { name: 'empty' });
    const image = await prepareImage(world, 'empty', { pull: 'never' });
    assert.is(image.layers.length, 1);
    const start = (): Promise<unknown> =>
      runContainer(world, image, { command: ['/x'], autoRemove: true });
    assert.is(await codeOf(start), 'COMMAND_NOT_FOUND');
  });

  inWorld('prepareImage: what is unpacked is not unpacked again', async (world) => {
    const first = await importBusybox(world, world.directory);
    const events: ImageEvent[] = [];
    const again = await prepareImage(world, 'busybox', { pull: 'never', onEvent: (event) => events.push(event) }); // prettier-ignore
    assert.equal(again.layers, first.layers);
    assert.equal(events, []);
    const byId = await prepareImage(world, again.id.slice('sha256:'.length, 20), { pull: 'never' });
    assert.is(byId.id, again.id);
  });

  inWorld(
    'prepareImage: what is not there is not fetched when that is not wanted',
    async (world) => {
      const absent = (): Promise<unknown> => prepareImage(world, 'nosuch', { pull: 'never' });
      assert.is(await codeOf(absent), 'IMAGE_NOT_FOUND');
      const missing = (): Promise<unknown> => prepareImage(world, '127.0.0.1:1/nosuch');
      assert.is(await codeOf(missing), 'REGISTRY_UNREACHABLE');
      assert.is(await codeOf(() => prepareImage(world, 'UPPER')), 'NAME_INVALID');
    },
  );

  inWorld('names of their own choice differ', async (world) => {
    const ended = await Promise.all(Array.from({ length: 4 }, () => world.complete('true')));
    assert.is(new Set(ended.map(({ id }) => findContainer(world, id).name)).size, 4);
  });

  inWorld('a caller reads the output of both streams, apart', async (world) => {
    const container = await runContainer(world, world.image, {
      command: ['sh', '-c', 'echo out; echo err >&2; head -c 200000 /dev/zero'],
      output: 'pipe',
    });
    const [stdout, stderr, exit] = await Promise.all([
      buffer(container.stdout as Readable),
      buffer(container.stderr as Readable),
      container.wait(),
    ]);
    assert.is(exit !== 'detached' && exit.code, 0);
    assert.is(stdout.length, 200_004);
    assert.is(stdout.toString('utf8', 0, 4), 'out\n');
    assert.is(stderr.toString(), 'err\n');
  });

  inWorld("a damaged record stands in nobody's way", async (world) => {
    const { id } = await world.complete('true', { name: 'hurt' });
    writeFileSync(join(world.root, 'containers', id, 'container.json'), '');
    assert.equal(listContainers(world), []);
    await sweep(world);
    assert.is((await world.complete('true')).code, 0);
  });
}

test.run();
