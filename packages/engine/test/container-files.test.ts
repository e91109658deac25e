import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  containerChanges,
  execInContainer,
  exportContainer,
  removeContainer,
} from '../src/index.ts';
import { rootDirectories } from '../src/root-directories.ts';
import { codeOf } from './fixture.ts';
import { canRun, inWorld, untilItWrote } from './world.ts';
import type { World } from './world.ts';

const changesOf = async (world: World, id: string): Promise<string[]> =>
  (await containerChanges(world, id)).map(({ kind, path }) => `${kind} ${path.toString()}`);

/** Lines of `tar -tv` without dates, of some names. */
async function exported(world: World, id: string, ...names: string[]): Promise<string[]> {
  const archive = await buffer(exportContainer(world, id));
  const { code, stdout, stderr } = await run(['tar', '-tv', ...names], { input: archive });
  assert.is(code, 0, stderr);
  return stdout.trimEnd().split('\n').map((line) => line.replace(/ +\d{4}-\d\d-\d\d \d\d:\d\d/, '')); // prettier-ignore
}

async function contentOf(world: World, id: string, name: string): Promise<string> {
  const archive = await buffer(exportContainer(world, id));
  return (await run(['tar', '-xO', name], { input: archive })).stdout;
}

test('an overlay of paths with colons and backslashes', () => {
  const options = ['lowerdir=/b\\:c:/a\\\\d', 'upperdir=/u\\:p', 'workdir=/w'];
  const spec = { ociVersion: '1.2.0', mounts: [{ destination: '/', type: 'overlay', options }] };
  assert.equal(rootDirectories(spec), {
    lowers: ['/a\\d', '/b:c'],
    upper: '/u:p',
    work: '/w',
    options: [],
    copied: false,
    mapped: false,
  });
  assert.equal(rootDirectories({ ociVersion: '1.2.0' }), {
    lowers: [],
    upper: '',
    work: '',
    options: [],
    copied: false,
    mapped: false,
  });
});

if (canRun()) {
  const script = 'echo 1 > /new; rm /bin/cat; mkdir /d; echo 2 >> /etc/passwd';
  const changes = [
    'modified /bin',
    'deleted /bin/cat',
    'added /d',
    'modified /etc',
    'modified /etc/passwd',
    'added /new',
  ];

  inWorld(
    'what a container changed: the same while it runs, and when it has ended',
    async (world) => {
      const id = await world.detached(`${script}; echo ready; sleep 1000`);
      await untilItWrote(world, id, 'ready');
      assert.equal(await changesOf(world, id), changes);
      assert.is(await contentOf(world, id, 'new'), '1\n');
      assert.equal(await exported(world, id, 'd', 'etc/hosts', 'proc'), [
        'drwxr-xr-x 0/0               0 d/',
        '-rw-r--r-- 0/0               0 etc/hosts',
        'drwxr-xr-x 0/0               0 proc/',
      ]);
      // What is mounted in it is as it was.
      const mounts = await execInContainer(world, id, {
        command: ['head', '/etc/hosts'],
        output: 'pipe',
      });
      const [hosts] = await Promise.all([buffer(mounts.stdout as Readable), mounts.wait()]);
      assert.match(String(hosts), /localhost/);
    },
  );

  inWorld(
    'the files of a container that has ended, and of one that was never started',
    async (world) => {
      const { id } = await world.complete(`${script}; chmod 4755 /new`);
      assert.equal(await changesOf(world, id), changes);
      assert.equal(await exported(world, id, 'new'), ['-rwsr-xr-x 0/0               2 new']);
      const archive = await buffer(exportContainer(world, id));
      assert.not.match((await run(['tar', '-t'], { input: archive })).stdout, /^bin\/cat$/m);
    },
  );

  inWorld('of one that is removed meanwhile the archive does not end well', async (world) => {
    const much = 'for n in 1 2 3 4 5; do dd if=/dev/zero of=/z$n bs=1M count=1; done 2>/dev/null';
    const running = await world.detached(`${much}; echo ready; sleep 1000`);
    await untilItWrote(world, running, 'ready');
    for (const id of [(await world.complete(much)).id, running]) {
      const archive = exportContainer(world, id);
      await archive.next();
      await removeContainer(world, id, { force: true });
      assert.is(await codeOf(() => buffer(archive)), 'CONTAINER_NOT_FOUND');
    }
  });

  inWorld('a container that is not there', async (world) => {
    assert.is(await codeOf(() => containerChanges(world, 'nobody')), 'CONTAINER_NOT_FOUND');
    assert.is(await codeOf(() => buffer(exportContainer(world, 'nobody'))), 'CONTAINER_NOT_FOUND');
  });
}

test.run();
