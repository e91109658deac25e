import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, isAlive, selfIdentity } from '@ctrkit/durable';
import { openCgroup } from '@ctrkit/cgroup';
import { openImageStore } from '@ctrkit/image-store';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commitContainer, execInContainer, listContainers, prepareImage, runContainer, stopContainer, sweep } from '../src/index.ts'; // prettier-ignore
import type { CommitContainerOptions, Container } from '../src/index.ts';
import { writeRunRecord } from '../src/run-record.ts';
import { whilePaused } from '../src/while-paused.ts';
import { findContainer } from '../src/find.ts';
import { codeOf } from './fixture.ts';
import { canRun, importBusybox, inWorld, nodeArguments, runOfContainer, until, untilItWrote } from './world.ts'; // prettier-ignore
import type { World } from './world.ts';

/** What a container of a committed image says. */
async function says(world: World, name: string, command: readonly string[] = []): Promise<string> {
  const image = await prepareImage(world, name, { pull: 'never' });
  const container = await runContainer(world, image, { command, output: 'none', name: 'sayer' });
  await container.wait();
  const log = readFileSync(join(world.root, 'containers', container.id, 'log'), 'utf8');
  return log.split('\n').slice(0, -1).map((line) => (JSON.parse(line) as { log: string }).log).join(''); // prettier-ignore
}

async function committed(world: World, id: string, options: CommitContainerOptions = {}) {
  const imageId = await commitContainer(world, id, { name: 'made', ...options });
  const store = await openImageStore(world);
  const image = await store.find('made');
  assert.is(image?.id, imageId);
  return image?.config;
}

/** Does something in another process at this very moment: who reads the container's files stands in the midst of them. */
function meanwhile(world: World, id: string, program: string): void {
  const args = nodeArguments(world, program, { id });
  const { status } = spawnSync(process.execPath, args, { cwd: import.meta.dirname });
  assert.is(status, 0);
}

const REMOVE = 'await ctr.removeContainer(engine, parameters.id, { force: true })';
const START = '(await ctr.startContainer(engine, parameters.id)).release()';

/** More than a pipe holds, after a name that is told when it is passed. */
const MUCH = 'touch /.wh.told; for n in 1 2 3 4 5; do dd if=/dev/zero of=/z$n bs=1M count=1; done 2>/dev/null'; // prettier-ignore

const cgroupOf = (world: World, id: string) => openCgroup(runOfContainer(world, id).cgroupsPath);

/** Does something while a container stands still. */
async function whileStill(
  world: World,
  container: Container,
  body: () => Promise<void>,
): Promise<void> {
  async function* parts(): AsyncGenerator<void> {
    yield await body();
  }
  for await (const _ of whilePaused(world, container, parts()));
}

const pausersOf = (world: World, id: string): string[] =>
  readdirSync(join(world.run, 'containers', id, 'paused'));

/** With the image of its containers in its own store. */
const inStore = (name: string, body: (world: World) => Promise<void>): void =>
  inWorld(name, async (world) => {
    await importBusybox(world, world.directory);
    await body(world);
  });

if (canRun()) {
  inStore(
    'an image of a container: its files, how it runs, and how it came to be',
    async (world) => {
      const { id } = await world.complete('echo 1 > /new; rm /bin/cat; mkdir /d', {
        labels: { a: 'b' },
        env: ['X=y'],
        workdir: '/tmp',
      });
      const config = await committed(world, id, {
        changes: [
          'CMD ["sh", "-c", "head /new; ls /bin/cat /etc/hosts 2>/dev/null; echo $X; pwd"]',
        ],
        author: 'me',
        message: 'a message',
      });
      assert.equal(config?.config.Labels, { a: 'b' });
      assert.equal(config?.config.Env?.slice(-1), ['X=y']);
      assert.not(config?.config.Env?.some((one) => /^(HOSTNAME|HOME|TERM)=/.test(one)));
      assert.is(config?.config.WorkingDir, '/tmp');
      assert.is(config?.author, 'me');
      const step = config?.history?.at(-1);
      assert.is(step?.comment, 'a message');
      assert.is(step?.created_by, 'sh -c echo 1 > /new; rm /bin/cat; mkdir /d');
      assert.is(config?.rootfs.diff_ids.length, 2);
      assert.is(await says(world, 'made'), '1\n/etc/hosts\ny\n/tmp\n');
    },
  );

  inStore('without a change: the command is its own, and there is no layer more', async (world) => {
    const { id } = await world.complete('true');
    const config = await committed(world, id);
    assert.equal(config?.config.Cmd, ['sh', '-c', 'true']);
    assert.is(config?.rootfs.diff_ids.length, 1);
    assert.is(config?.history?.at(-1)?.empty_layer, true);
  });

  inStore('an entrypoint that was given stays one', async (world) => {
    const { id } = await world.complete('true', { entrypoint: '/bin/busybox' });
    const config = (await committed(world, id))?.config;
    assert.equal([config?.Entrypoint, config?.Cmd], [['/bin/busybox'], ['sh', '-c', 'true']]);
    const none = await world.complete('true', { entrypoint: '' });
    const other = (await committed(world, none.id))?.config;
    assert.equal([other?.Entrypoint, other?.Cmd], [undefined, ['sh', '-c', 'true']]);
  });

  inStore('the same changes are the same layer', async (world) => {
    const diffIds = [];
    for (let n = 0; n < 2; n += 1) {
      const { id } = await world.complete('echo 1 > /new; touch -d @1000000000 /new /');
      diffIds.push((await committed(world, id))?.rootfs.diff_ids.at(-1));
    }
    assert.is(diffIds[0], diffIds[1]);
  });

  inStore('a running container stands still meanwhile, and goes on', async (world) => {
    const id = await world.detached('while :; do echo $((n += 1)) > /n; done');
    await until('it writes', () => existsSync(join(world.root, 'containers', id, 'upper/n')));
    const cgroup = await cgroupOf(world, id);
    const container = findContainer(world, id);
    const upper = join(world.root, 'containers', id, 'upper/n');
    await whileStill(world, container, async () => {
      assert.ok(cgroup.isFrozen());
      const before = readFileSync(upper, 'utf8');
      // Another who wants the same does not let it go on when done.
      await whileStill(world, container, () => Promise.resolve());
      assert.ok(cgroup.isFrozen());
      assert.is(readFileSync(upper, 'utf8'), before);
    });
    assert.not(cgroup.isFrozen());
    await committed(world, id);
    assert.not(cgroup.isFrozen());
    assert.is(listContainers(world).find((one) => one.id === id)?.state.status, 'running');
  });

  inStore('it goes on while we wait for a collector of garbage', async (world) => {
    const id = await world.detached('sleep 1000');
    const cgroup = await cgroupOf(world, id);
    const { layout } = await openImageStore(world);
    const lock = await acquireLock(join(layout.directory, '.gc.lock'));
    const committing = commitContainer(world, id);
    for (let n = 0; n < 25; n++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.not(cgroup.isFrozen());
    }
    await lock?.[Symbol.asyncDispose]();
    await committing;
  });

  inStore('it goes on when reading it is given up', async (world) => {
    const id = await world.detached(`${MUCH}; echo ready; sleep 1000`);
    await untilItWrote(world, id, 'ready');
    const given = new AbortController();
    const cgroup = await cgroupOf(world, id);
    const onEvent = (): void => {
      assert.ok(cgroup.isFrozen());
      given.abort(Object.assign(new Error('no'), { code: 'STOPPED' }));
    };
    const options = { onEvent, signal: given.signal };
    assert.is(await codeOf(() => commitContainer(world, id, options)), 'STOPPED');
    assert.not(cgroup.isFrozen());
    assert.equal(pausersOf(world, id), []);
  });

  inStore('who cannot make it stand still leaves no trace, and no image', async (world) => {
    const id = await world.detached('sleep 1000');
    const run = runOfContainer(world, id);
    writeRunRecord(world, { ...run, cgroupsPath: '../elsewhere' });
    assert.match(await codeOf(() => commitContainer(world, id)), /^CGROUP_/);
    assert.equal(pausersOf(world, id), []);
    writeRunRecord(world, run);
    await commitContainer(world, id);
    assert.not((await cgroupOf(world, id)).isFrozen());
  });

  inStore(
    'one that stands still for somebody who was killed goes on with the next command',
    async (world) => {
      const resume: Record<string, (id: string) => Promise<unknown>> = {
        sweep: () => sweep(world),
        exec: async (id) => (await execInContainer(world, id, { command: ['true'] })).wait(),
        stop: (id) => stopContainer(world, id),
      };
      for (const [what, action] of Object.entries(resume)) {
        const id = await world.detached('trap "exit 0" TERM; echo up; while :; do sleep 0.1; done');
        await untilItWrote(world, id, 'up');
        const cgroup = await cgroupOf(world, id);
        await whileStill(world, findContainer(world, id), () => {
          const paused = join(world.run, 'containers', id, 'paused');
          const [own = ''] = readdirSync(paused);
          // As one who is dead would have left it.
          writeFileSync(join(paused, own.replace(/^\.tmp-\d+-/, '.tmp-4194999-')), '');
          return Promise.resolve();
        });
        assert.ok(cgroup.isFrozen(), what);
        assert.ok(isAlive(selfIdentity()));
        await action(id);
        if (what !== 'stop') assert.not(cgroup.isFrozen(), what);
      }
    },
  );

  inStore('one that is removed while its files are read makes no image', async (world) => {
    for (const [id, options] of [
      [(await world.complete(MUCH)).id, {}],
      [await world.detached(`${MUCH}; echo ready; sleep 1000`), { pause: false }],
    ] as const) {
      await until('its files', () => existsSync(join(world.root, 'containers', id, 'upper/z5')));
      const store = await openImageStore(world);
      const before = (await store.list()).length;
      const onEvent = (): void => meanwhile(world, id, REMOVE);
      const code = await codeOf(() => commitContainer(world, id, { ...options, onEvent }));
      assert.is(code, 'CONTAINER_NOT_FOUND');
      assert.is((await store.list()).length, before);
    }
  });

  inStore('one that is started while its files are read did not stand still', async (world) => {
    const { id } = await world.complete(`[ -e /z1 ] && sleep 1000; ${MUCH}`);
    const onEvent = (): void => meanwhile(world, id, START);
    assert.is(await codeOf(() => commitContainer(world, id, { onEvent })), 'CONTAINER_BUSY');
    await commitContainer(world, id);
    await stopContainer(world, id, { timeout: 0 });
  });

  inStore('a mistake makes no image', async (world) => {
    const { id } = await world.complete('true');
    const store = await openImageStore(world);
    const before = (await store.list()).length;
    for (const [options, code] of [
      [{ name: 'UPPER' }, 'NAME_INVALID'],
      [{ changes: ['RUN x'] }, 'CHANGE_INVALID'],
      [
        { signal: AbortSignal.abort(Object.assign(new Error('no'), { code: 'STOPPED' })) },
        'STOPPED',
      ],
    ] as const) {
      assert.is(await codeOf(() => commitContainer(world, id, options)), code);
    }
    assert.is(await codeOf(() => commitContainer(world, 'nobody')), 'CONTAINER_NOT_FOUND');
    assert.is((await store.list()).length, before);
  });
}

test.run();
