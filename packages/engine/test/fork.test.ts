import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { selfIdentity } from '@ctrkit/durable';
import { isSharedUpper, storedLayers } from '@ctrkit/rootfs';
import { loopDisk, needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  collectUnusedLayers,
  commitContainer,
  containerChanges,
  exportContainer,
  findContainer,
  forkContainer,
  inspectContainer,
  listContainers,
  listVolumes,
  openEngine,
  prepareImage,
  removeContainer,
  runContainer,
  startContainer,
  stopContainer,
  sweep,
} from '../src/index.ts';
import type { Engine, ForkOptions } from '../src/index.ts';
import { readSpec } from '../src/bundle.ts';
import { claimRun, removeRunRecord } from '../src/run-record.ts';
import { rootDirectories } from '../src/root-directories.ts';
import { codeOf } from './fixture.ts';
import { canRun, importBusybox, inAnotherProcess, inWorld, outputOf, until, untilItWrote, worldOf } from './world.ts'; // prettier-ignore
import type { World } from './world.ts';

/** Runs a container again with its own command, and says what it wrote last. */
async function says(world: World, id: string): Promise<string> {
  const before = existsSync(join(world.root, 'containers', id, 'log')) ? outputOf(world, id) : '';
  const container = await startContainer(world, id);
  assert.ok(container);
  await container.wait();
  return outputOf(world, id).slice(before.length);
}

const forkThatSays = async (world: World, id: string, line: string, options: ForkOptions = {}) => {
  const fork = await forkContainer(world, id, { command: ['sh', '-c', line], ...options });
  return { fork, said: await says(world, fork) };
};

const upperOf = (world: Engine, id: string): string[] =>
  readdirSync(join(world.root, 'containers', id, 'upper'));
const changesOf = async (world: Engine, id: string): Promise<string[]> =>
  (await containerChanges(world, id)).map(({ kind, path }) => `${kind} ${path.toString()}`);
const sharedBy = (world: Engine, id: string): string[] =>
  rootDirectories(readSpec(world, id)).lowers.filter((path) => path.startsWith(world.root));

const forksBeingMade = (world: Engine): number =>
  readdirSync(join(world.root, 'containers')).filter((name) => name.startsWith('.tmp-')).length;

if (canRun()) {
  inWorld('a container at rest: each goes on by itself from the same files', async (world) => {
    const { id } = await world.complete('echo one > /f; echo first > /g; rm -f /bin/ls; cat /f');
    const { fork, said } = await forkThatSays(world, id, 'cat /f /g; test -e /bin/ls || echo gone; echo two > /f; rm /g; touch /new'); // prettier-ignore
    assert.match(said, /^one\nfirst\ngone\n/);
    // The first one has its files, and what the second did is nothing to it.
    assert.is(await says(world, id), 'one\n');
    assert.is((await forkThatSays(world, fork, 'cat /f; ls /g')).said.split('\n')[0], 'two');
    assert.equal(upperOf(world, id).filter((name) => name === 'f').length, 1);
  });

  inWorld(
    'what was changed is one layer, that all stand on; contents are there once',
    async (world) => {
      const { id } = await world.complete('head -c 3000000 /dev/urandom > /large');
      const used = async (): Promise<number> => Number((await run(['du', '-sk', world.root])).stdout.split('\t')[0]); // prettier-ignore
      const before = await used();
      const forks = [];
      for (let n = 0; n < 10; n++) forks.push(await forkContainer(world, id));
      const [layer] = sharedBy(world, id);
      assert.ok(layer !== undefined && existsSync(join(layer, 'large')));
      for (const fork of forks) {
        assert.equal(sharedBy(world, fork), [layer]);
        assert.equal(upperOf(world, fork), []);
      }
      assert.equal(upperOf(world, id), []);
      assert.is((await storedLayers(world.root)).length, 1);
      assert.ok((await used()) - before < 10 * 100, 'ten forks take more than 100 kB each');
    },
  );

  inWorld('one that was never started', async (world) => {
    const made = await forkContainer(world, (await world.complete('true')).id);
    const again = await forkThatSays(world, made, 'echo there');
    assert.is(again.said, 'there\n');
    assert.is(findContainer(world, made).state.status, 'created');
  });

  inWorld('a running one goes on; what it had changed by then is the fork’s', async (world) => {
    const id = await world.detached('echo 1 > /f; rm /bin/ls; echo ready; while true; do echo x >> /n; sleep 0.01; done'); // prettier-ignore
    await untilItWrote(world, id, 'ready');
    const { fork, said } = await forkThatSays(
      world,
      id,
      'cat /f; test -e /bin/ls || echo gone; wc -l < /n; echo 2 > /f',
    );
    assert.match(said, /^1\ngone\n\d+\n$/);
    assert.equal(sharedBy(world, fork), []);
    assert.is(findContainer(world, id).state.status, 'running');
    const at = (): number => world.wrote(id, 'n').length;
    const then = at();
    await until('it goes on', () => at() > then);
    assert.is(world.wrote(id, 'f'), '1\n');
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld('a fork is what its container is, under another name', async (world) => {
    const limits = { memory: 64 << 20, cpus: 0.5, pids: 50 };
    const { id } = await world.complete('echo $A $B; hostname; id -u; pwd', {
      env: ['A=a', 'B=b'],
      user: '5',
      workdir: '/tmp',
      labels: { x: '1', y: '1' },
      hostname: 'first',
      stopSignal: 'SIGINT',
      limits,
    });
    const fork = await forkContainer(world, id, { name: 'second', labels: { y: '2' } });
    assert.is(await says(world, fork), `a b\n${fork.slice(0, 12)}\n5\n/tmp\n`);
    const [one, two] = [id, fork].map((each) => inspectContainer(world, each)) as [any, any]; // eslint-disable-line
    assert.is(two.Name, '/second');
    assert.equal(two.HostConfig, one.HostConfig);
    assert.is(two.HostConfig.Memory, 64 << 20);
    assert.is(two.Image, one.Image);
    assert.equal(two.Config.Labels, { x: '1', y: '2' });
    assert.is(two.Config.StopSignal, 'SIGINT');
    assert.is(two.State.ExitCode, 0);
    const other = await forkThatSays(world, fork, 'echo $A $B; hostname; id -u', {
      env: ['B=c'],
      user: '0',
      hostname: 'third',
    });
    assert.is(other.said, 'a c\nthird\n0\n');
  });

  inWorld('diff and commit tell of both what they changed of their image', async (base) => {
    const world = worldOf(base, await importBusybox(base, base.directory));
    const { id } = await world.complete('echo one > /f; rm /bin/ls; mkdir /d; touch /d/a');
    const before = await changesOf(world, id);
    const { fork } = await forkThatSays(world, id, 'touch /d/b; rm /d/a');
    assert.equal(await changesOf(world, id), before);
    assert.equal(
      await changesOf(world, fork),
      before.map((line) => line.replace('/d/a', '/d/b')),
    );
    for (const [each, name] of [
      [id, 'a'],
      [fork, 'b'],
    ] as const) {
      await commitContainer(world, each, { name: `made-${name}` });
      using image = await prepareImage(world, `made-${name}`, { pull: 'never' });
      const made = await runContainer(world, image, { command: ['sh', '-c', 'cat /f; echo /d/*; test -e /bin/ls || echo gone'], output: 'none' }); // prettier-ignore
      await made.wait();
      assert.is(outputOf(world, made.id), `one\n/d/${name}\ngone\n`);
    }
  });

  inWorld('the layer goes when nobody stands on it any more', async (world) => {
    const { id } = await world.complete('echo one > /f');
    const { fork } = await forkThatSays(world, id, 'cat /f');
    const collect = async (): Promise<number> => {
      await collectUnusedLayers(world);
      return (await storedLayers(world.root)).length;
    };
    assert.is(await collect(), 1);
    await removeContainer(world, id);
    assert.is(await collect(), 1);
    assert.is(await says(world, fork), 'one\n');
    await removeContainer(world, fork);
    assert.is(await collect(), 0);
  });

  inWorld('several at once', async (world) => {
    const { id } = await world.complete('echo one > /f; cat /f');
    const forks = await Promise.all(Array.from({ length: 8 }, () => forkContainer(world, id)));
    for (const each of [...forks, id]) assert.is(await says(world, each), 'one\n');
    assert.is((await storedLayers(world.root)).length, 1);
  });

  inWorld(
    'who reads the files meanwhile is told, for they may have been elsewhere',
    async (world) => {
      const { id } = await world.complete('head -c 3000000 /dev/urandom > /large; echo one > /f');
      const archive = exportContainer(world, id);
      await archive.next();
      await forkContainer(world, id);
      const rest = async (): Promise<void> => {
        for await (const _ of archive) continue;
      };
      assert.is(await codeOf(rest), 'CONTAINER_BUSY');
      const again = await run(['tar', '-xO', 'f'], {
        input: await buffer(exportContainer(world, id)),
      });
      assert.is(again.stdout, 'one\n');
    },
  );

  inWorld('who wants to start it meanwhile waits, and does', async (world) => {
    const { id } = await world.complete('echo one; rm -f /bin/ls');
    const brief = { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}`, brief: true } as const;
    assert.ok(claimRun(world, brief));
    const starting = startContainer(world, id);
    await sleep(50);
    removeRunRecord(world, id);
    const container = await starting;
    assert.ok(container, 'it was said to run already');
    await container.wait();
  });

  inWorld('what cannot be leaves nothing', async (world) => {
    const { id } = await world.complete('echo one > /f');
    const other = await world.complete('true', { name: 'taken' });
    const cases: [string, () => Promise<unknown>][] = [
      ['CONTAINER_NOT_FOUND', () => forkContainer(world, 'absent')],
      ['NAME_IN_USE', () => forkContainer(world, id, { name: 'taken' })],
      ['NAME_INVALID', () => forkContainer(world, id, { name: '-' })],
      ['LIMIT_INVALID', () => forkContainer(world, id, { limits: { memory: 1 } })],
      ['SIGNAL_INVALID', () => forkContainer(world, id, { stopSignal: 'NO' })],
      ['CWD_INVALID', () => forkContainer(world, id, { workdir: 'relative' })],
      ['ABORTED', () => forkContainer(world, id, { signal: AbortSignal.abort(Object.assign(new Error(), { code: 'ABORTED' })) })], // prettier-ignore
    ];
    for (const [code, action] of cases) assert.is(await codeOf(action), code);
    assert.equal(listContainers(world).map(({ id: each }) => each).toSorted(), [id, other.id].toSorted()); // prettier-ignore
    assert.equal(readdirSync(join(world.root, 'containers')).toSorted(), [id, other.id].toSorted());
    assert.equal(readdirSync(join(world.run, 'containers')), []);
    assert.is(readdirSync(join(world.root, 'names')).length, 2);
    assert.is(await says(world, id), '');
  });

  inWorld('its volumes are there, though the first one goes with them meanwhile', async (world) => {
    const line = 'echo mine > /v/f; head -c 30000000 /dev/urandom > /large; echo ready; sleep 1000';
    const mounts = [{ type: 'volume', target: '/v' }] as const;
    for (const autoRemove of [true, false]) {
      const id = await world.detached(line, { autoRemove, mounts });
      await untilItWrote(world, id, 'ready');
      const forking = forkContainer(world, id, { command: ['cat', '/v/f'] });
      const whole = forking.then(() => true, () => false); // prettier-ignore
      await until('its upper directory is copied', () => forksBeingMade(world) > 0);
      assert.equal(listVolumes(world).map(({ users }) => users.length), [2]); // prettier-ignore
      await removeContainer(world, id, { force: true, volumes: true });
      await sweep(world);
      if (await whole) assert.is(await says(world, await forking), 'mine\n');
      else assert.is(await codeOf(() => forking), 'CONTAINER_NOT_FOUND');
      for (const { id: left } of listContainers(world)) {
        await removeContainer(world, left, { volumes: true });
      }
    }
  });

  inWorld('no fork takes its container more layers than an overlay has', async (world) => {
    const { id } = await world.complete('echo kept > /f; cat /f');
    const path = join(world.root, 'containers', id, 'bundle/config.json');
    // As if it had been forked and run again so often.
    const empty = Array.from({ length: 500 }, (_, n) => join(world.directory, 'empty', String(n)));
    for (const each of empty) mkdirSync(each, { recursive: true });
    const lowers = [...rootDirectories(readSpec(world, id)).lowers];
    while (lowers.length < 498) lowers.push(empty[lowers.length] ?? '');
    const lowerdir = `lowerdir=${lowers.toReversed().join(':')}`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(/lowerdir=[^"]*/, lowerdir));
    await forkContainer(world, id);
    assert.is(await says(world, id), 'kept\n');
    assert.is(await codeOf(() => forkContainer(world, id)), 'CONTAINER_NOT_FORKABLE');
    assert.equal(await changesOf(world, id), ['added /f']);
    assert.is(await says(world, id), 'kept\n');
    for (const each of listContainers(world)) await removeContainer(world, each.id);
  });

  inWorld('killed at any moment, the container has its files and can be forked', async (world) => {
    const script = 'for i in 1 2 3 4 5 6 7 8; do mkdir /d$i; for j in 1 2 3 4 5 6 7 8; do echo $i$j > /d$i/$j; done; done; rm /bin/ls'; // prettier-ignore
    for (const after of [0, 20, 40, 60]) {
      const { id } = await world.complete(script);
      const before = await changesOf(world, id);
      const program = "process.stdout.write('begin'); await ctr.forkContainer(engine, parameters.id)"; // prettier-ignore
      const killed = inAnotherProcess(world, program, { id }, ['ignore', 'pipe', 'inherit']);
      await once(killed.stdout ?? killed, 'data');
      await sleep(after);
      killed.kill('SIGKILL');
      await once(killed, 'close');
      assert.equal(await changesOf(world, id), before);
      const { said } = await forkThatSays(world, id, 'cat /d8/8; test -e /bin/ls || echo gone');
      assert.is(said, '88\ngone\n');
      assert.equal(await changesOf(world, id), before);
    }
  });
}

if (canRun() && needs('loop-device')) {
  test('after a power cut each has its files, or the fork is not there', async () => {
    await using disk = await loopDisk(64);
    const directories = { root: join(disk.path, 'root'), run: join(disk.path, 'run') };
    const engine = openEngine(directories);
    const image = await importBusybox(engine, disk.path);
    const world = worldOf({ ...engine, directory: disk.path } as Parameters<typeof worldOf>[0], image); // prettier-ignore
    const { id } = await world.complete('mkdir /d; echo contents > /d/f; rm /bin/ls');
    await run(['sync', '-f', disk.path]);
    const fork = await forkContainer(engine, id);
    await using after = await disk.cut();
    const later = openEngine({ root: join(after.path, 'root'), run: join(after.path, 'run') });
    for (const each of [id, fork]) {
      const moved = rootDirectories(readSpec(later, each));
      const stack = [...moved.lowers, moved.upper].map((path) =>
        path.replace(disk.path, after.path),
      );
      const found = stack.filter((path) => existsSync(join(path, 'd/f')));
      assert.is(found.length, 1, `${each}: ${stack.join(' ')}`);
      assert.is(readFileSync(join(found[0] ?? '', 'd/f'), 'utf8'), 'contents\n');
      assert.ok(isSharedUpper(found[0] ?? ''), 'it is known as what was changed');
    }
  });
}

test.run();
