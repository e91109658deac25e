import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { once } from 'node:events';
import { join } from 'node:path';
import { namesIn, temporaryName } from '@ctrkit/durable';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, createVolume, findVolume, runContainer, startContainer } from '../src/index.ts'; // prettier-ignore
import type { ContainerMount, RunnableImage } from '../src/index.ts';
import { codeOf } from './fixture.ts';
import { imageWith } from './image-with.ts';
import { canRun, inAnotherProcess, inWorld } from './world.ts';
import type { World } from './world.ts';

const data = (more: Partial<ContainerMount> = {}): ContainerMount =>
  ({ type: 'volume', name: 'data', target: '/v', ...more }) as ContainerMount;

/** Makes a container with that mount, which fills its volume. */
const make = (world: World, image: RunnableImage, mount = data()): Promise<string> =>
  createContainer(world, image, { command: ['true'], mounts: [mount] });

const filesOf = (world: World): string => findVolume(world, 'data').mountpoint;
const beside = (world: World): string[] => readdirSync(join(filesOf(world), '..')).toSorted();

const entries: readonly TarEntry[] = [
  { path: 'v', type: 'Directory', uid: 7, gid: 8, mode: 0o2751, mtime: new Date(1e12) },
  { path: 'v/file', type: 'File', content: 'text', uid: 1000, gid: 1001, mode: 0o4640, mtime: new Date(1.1e12) }, // prettier-ignore
  { path: 'v/same', type: 'Link', linkpath: 'v/file' },
  { path: 'v/dir', type: 'Directory', mode: 0o700, mtime: new Date(1.2e12) },
  { path: 'v/dir/deep', type: 'File', content: 'x'.repeat(300_000) },
  { path: 'v/link', type: 'SymbolicLink', linkpath: '../../../../etc/shadow', uid: 5, gid: 6 },
  { path: 'v/fifo', type: 'FIFO', mode: 0o600 },
  { path: 'v/gone', type: 'File', content: 'of the lower layer' },
];
const upper: readonly TarEntry[] = [
  { path: 'v/.wh.gone', type: 'File' },
  { path: 'v/dir/new', type: 'File', content: 'of the upper layer' },
];
const names = ['dir', 'fifo', 'file', 'link', 'same'];

function controllerOf(): { signal: AbortSignal; abort: (reason: Error) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

if (canRun()) {
  inWorld('an empty volume gets what the image has there, exactly as it is', async (world) => {
    await make(world, await imageWith(world, [entries, upper]));
    const at = filesOf(world);
    const root = statSync(at);
    assert.equal([root.uid, root.gid, root.mode & 0o7777, root.mtimeMs], [7, 8, 0o2751, 1e12]);
    assert.equal(readdirSync(at).toSorted(), names);
    const file = statSync(join(at, 'file'));
    assert.equal([file.uid, file.gid, file.mode & 0o7777], [1000, 1001, 0o4640]);
    assert.is(file.mtimeMs, 1.1e12);
    assert.is(file.ino, statSync(join(at, 'same')).ino);
    assert.is(readFileSync(join(at, 'dir/deep'), 'utf8'), 'x'.repeat(300_000));
    assert.is(readFileSync(join(at, 'dir/new'), 'utf8'), 'of the upper layer');
    assert.is(statSync(join(at, 'dir')).mode & 0o7777, 0o700);
    assert.is(readlinkSync(join(at, 'link')), '../../../../etc/shadow');
    assert.is(lstatSync(join(at, 'link')).uid, 5);
    assert.ok(lstatSync(join(at, 'fifo')).isFIFO());
    assert.equal(beside(world), ['_data', 'lock', 'volume.json']);
  });

  inWorld(
    'what a container changed in a volume stays, and nothing of the image comes back',
    async (world) => {
      const image = await imageWith(world, [entries]);
      const run = async (line: string): Promise<number> => {
        const container = await runContainer(world, image, { command: ['sh', '-c', line], mounts: [data()] }); // prettier-ignore
        const exit = await container.wait();
        return exit === 'detached' ? -1 : exit.code;
      };
      assert.is(await run('rm -r /v/dir /v/fifo && echo mine > /v/file'), 0);
      assert.is(await run('test ! -e /v/dir && test "$(cat /v/file)" = mine && rm -r /v/*'), 0);
      // Empty again: as docker does.
      assert.is(await run('test -e /v/dir'), 0);
    },
  );

  inWorld('a volume is left as it is that is not to be filled', async (world) => {
    const image = await imageWith(world, [entries]);
    await make(world, image, data({ noCopy: true }));
    assert.equal(readdirSync(filesOf(world)), []);
    assert.is(statSync(filesOf(world)).uid, 0);
    writeFileSync(join(filesOf(world), 'own'), '');
    await make(world, image);
    assert.equal(readdirSync(filesOf(world)), ['own']);
  });

  inWorld('what is no directory in the image cannot be a volume', async (world) => {
    const image = await imageWith(world, [entries]);
    assert.is(await codeOf(() => make(world, image, data({ target: '/v/file' }))), 'NOT_A_DIRECTORY'); // prettier-ignore
    assert.equal(readdirSync(filesOf(world)), []);
  });

  inWorld(
    'a place that is a link of the image is looked up inside of the image (CVE-2022-23648)',
    async (world) => {
      const secret = join(world.directory, 'secret');
      mkdirSync(secret);
      writeFileSync(join(secret, 'key'), 'secret');
      const links = {
        absolute: secret,
        relative: `../../../../../..${secret}`,
        inside: '/v',
        loop: '/loop',
      };
      const image = await imageWith(world, [
        [
          ...entries,
          ...Object.entries(links).map(([path, linkpath]): TarEntry => ({ path, type: 'SymbolicLink', linkpath })), // prettier-ignore
        ],
      ]);
      for (const [link, copied] of Object.entries({
        absolute: 0,
        relative: 0,
        loop: 0,
        inside: 6,
      })) {
        await make(world, image, data({ target: `/${link}` }));
        const found = readdirSync(filesOf(world));
        assert.is(found.length, copied, link);
        assert.not(found.includes('key'), link);
      }
    },
  );

  inWorld(
    'what was cut off is finished by whoever comes next, and never is a part taken for all',
    async (world) => {
      const image = await imageWith(world, [entries, upper]);
      const id = await make(world, image, data({ noCopy: true }));
      const directory = join(filesOf(world), '..');
      // As a command left it that was killed while it copied: its process is dead.
      const dead = join(directory, temporaryName('x').replace(/tmp-\d+/, 'tmp-4194305'));
      mkdirSync(join(dead, 'half'), { recursive: true });
      await make(world, image);
      assert.equal(readdirSync(filesOf(world)).toSorted(), names);
      assert.not(existsSync(dead));
      // Killed while it moved: a part of it is there.
      mkdirSync(join(directory, '_fill'), { mode: 0o2751 });
      chownSync(join(directory, '_fill'), 7, 8);
      chmodSync(join(directory, '_fill'), 0o2751);
      for (const name of ['dir', 'fifo', 'link']) {
        renameSync(join(filesOf(world), name), join(directory, '_fill', name));
      }
      // A start alone finishes it too.
      const started = await startContainer(world, id, { tied: true });
      await started?.wait();
      assert.equal(readdirSync(filesOf(world)).toSorted(), names);
      assert.equal(beside(world), ['_data', 'lock', 'volume.json']);
      assert.is(statSync(filesOf(world)).mode & 0o7777, 0o2751);
    },
  );

  const many = Array.from({ length: 400 }, (_, index): TarEntry => ({
    path: `v/${index}`,
    type: 'File',
    content: `${index}`.repeat(3000),
  }));
  const program = `
    process.send('ready');
    process.once('message', async () => {
      await ctr.createContainer(engine, parameters.image, { command: ['true'], mounts: [parameters.mount] });
      process.exit(0);
    });`;

  const moments: Readonly<Record<string, (place: string) => boolean>> = {
    'it is copied': (place) => namesIn(place).some((name) => name.startsWith('.tmp-')),
    'all is copied': (place) => existsSync(join(place, '_fill')),
    'it is moved': (place) => namesIn(join(place, '_data')).length > 0,
  };
  for (const [moment, isReached] of Object.entries(moments)) {
    inWorld(`kill -9 while ${moment}: the next container finds the volume whole`, async (world) => {
      const image = await imageWith(world, [[{ path: 'v', type: 'Directory' }, ...many]]);
      const whole = many.map(({ path }) => path.slice(2)).toSorted();
      const place = join(world.root, 'volumes/data');
      const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
      const child = inAnotherProcess(world, program, { image, mount: data() }, [...stdio]);
      await once(child, 'message');
      const ended = once(child, 'exit');
      child.send('go');
      // The later moments are too short to look for them now and then, or to be met for sure.
      while (!isReached(place) && child.exitCode === null) await new Promise(setImmediate);
      child.kill('SIGKILL');
      await ended;
      if (moment === 'it is copied') assert.equal(readdirSync(filesOf(world)), []);
      await make(world, image);
      assert.equal(readdirSync(filesOf(world)).toSorted(), whole);
      assert.equal(beside(world), ['_data', 'lock', 'volume.json']);
    });
  }

  inWorld(
    'who is told to give up while it is copied leaves an empty volume and no container',
    async (world) => {
      const large: TarEntry = {
        path: 'v/large',
        type: 'File',
        content: Buffer.alloc(64 << 20, 'x'),
      };
      const image = await imageWith(world, [[large]]);
      const { signal, abort } = controllerOf();
      const place = join(world.root, 'volumes/data');
      const started = runContainer(world, image, { command: ['true'], mounts: [data()], signal });
      const ended = codeOf(() => started);
      while (!namesIn(place).some((name) => name.startsWith('.tmp-')))
        await new Promise(setImmediate);
      abort(Object.assign(new Error('given up'), { code: 'GIVEN_UP' }));
      assert.is(await ended, 'GIVEN_UP');
      assert.equal(readdirSync(filesOf(world)), []);
      assert.equal(beside(world), ['_data', 'lock', 'volume.json']);
      assert.equal(readdirSync(join(world.root, 'containers')), []);
    },
  );

  inWorld('two who fill one volume at the same time fill it once', async (world) => {
    const image = await imageWith(world, [entries, upper]);
    await Promise.all(Array.from({ length: 8 }, () => make(world, image)));
    assert.equal(readdirSync(filesOf(world)).toSorted(), names);
    assert.equal(beside(world), ['_data', 'lock', 'volume.json']);
  });

  inWorld(
    'what a container makes in a volume while it is filled is not overwritten',
    async (world) => {
      const image = await imageWith(world, [entries]);
      await createVolume(world, { name: 'data' });
      const directory = join(filesOf(world), '..');
      mkdirSync(join(directory, '_fill'));
      writeFileSync(join(directory, '_fill/file'), 'of the image');
      writeFileSync(join(directory, '_fill/other'), 'of the image');
      writeFileSync(join(filesOf(world), 'file'), 'of a container');
      await make(world, image);
      assert.is(readFileSync(join(filesOf(world), 'file'), 'utf8'), 'of a container');
      assert.is(readFileSync(join(filesOf(world), 'other'), 'utf8'), 'of the image');
      rmSync(directory, { recursive: true });
    },
  );
}

test.run();
