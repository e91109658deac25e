import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  containerChanges,
  createContainer,
  exportContainer,
  findVolume,
  inspectContainer,
  removeContainer,
  runContainer,
  startContainer,
} from '../src/index.ts';
import type { ContainerMount, Propagation, RunOptions } from '../src/index.ts';
import { codeOf } from './fixture.ts';
import { imageWith } from './image-with.ts';
import { canRun, inWorld, outputOf, runOfContainer, untilItWrote } from './world.ts';

if (canRun()) {
  const withMounts = (...mounts: ContainerMount[]): RunOptions => ({ mounts });

  inWorld(
    'a directory and a file of the host are bound, and what is missing of their places is made',
    async (world) => {
      mkdirSync(join(world.directory, 'work'));
      writeFileSync(join(world.directory, 'work/in'), 'from the host');
      writeFileSync(join(world.directory, 'one'), 'a file');
      const { id, code } = await world.complete(
        'cat /a/b/c/in /etc/one/file > /all && echo back > /a/b/c/out',
        withMounts(
          { type: 'bind', source: join(world.directory, 'work'), target: '/a/b/c/' },
          { type: 'bind', source: join(world.directory, 'one'), target: '/etc/one/file' },
        ),
      );
      assert.is(code, 0);
      assert.is(world.wrote(id, 'all'), 'from the hosta file');
      assert.is(readFileSync(join(world.directory, 'work/out'), 'utf8'), 'back\n');
    },
  );

  inWorld('a read-only mount is, with what is mounted below it', async (world) => {
    mkdirSync(join(world.directory, 'work'));
    const { id } = await world.complete(
      'touch /a/x || echo no > /said; mkdir /t/x || echo no >> /said; touch /v/x || echo no >> /said',
      withMounts(
        { type: 'bind', source: join(world.directory, 'work'), target: '/a', readOnly: true },
        { type: 'tmpfs', target: '/t', readOnly: true },
        { type: 'volume', name: 'data', target: '/v', readOnly: true },
      ),
    );
    assert.is(world.wrote(id, 'said'), 'no\nno\nno\n');
  });

  inWorld(
    'mounts that lie in others come after them, in whatever order they are given',
    async (world) => {
      const { id } = await world.complete(
        'mount | cut -d" " -f3 | grep ^/a > /order; ls /a/b > /inner',
        withMounts(
          { type: 'volume', target: '/a/b/c' },
          { type: 'tmpfs', target: '/a' },
          { type: 'volume', target: '/a/b' },
        ),
      );
      assert.is(world.wrote(id, 'order'), '/a\n/a/b\n/a/b/c\n');
      assert.is(world.wrote(id, 'inner'), 'c\n');
    },
  );

  inWorld('a tmpfs has its size and mode, and runs no programs', async (world) => {
    const { id } = await world.complete(
      'grep " /t " /proc/mounts > /t1; grep " /e " /proc/mounts > /t2',
      withMounts(
        { type: 'tmpfs', target: '/t', size: 1 << 20, mode: 0o700 },
        { type: 'tmpfs', target: '/e', options: ['exec', 'uid=7'] },
      ),
    );
    assert.match(world.wrote(id, 't1'), /rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700/);
    assert.match(world.wrote(id, 't2'), /rw,nosuid,nodev,relatime,uid=7/);
  });

  inWorld('links of the image in a target lead nowhere outside of the root', async (world) => {
    const outside = join(world.directory, 'outside');
    mkdirSync(outside);
    const image = await imageWith(world, [
      [
        { path: 'evil', type: 'SymbolicLink', linkpath: `../../../..${outside}` },
        { path: 'evil-file', type: 'SymbolicLink', linkpath: `${outside}/file` },
      ],
    ]);
    const container = await runContainer(world, image, {
      command: ['sh', '-c', `cat ${outside}/dir/out > ${outside}/dir/seen`],
      mounts: [
        { type: 'bind', source: import.meta.filename, target: '/evil-file' },
        { type: 'volume', name: 'data', target: '/evil/dir' },
        { type: 'bind', source: import.meta.filename, target: '/evil/dir/out' },
      ],
    });
    const exit = await container.wait();
    assert.is(exit !== 'detached' && exit.code, 0);
    assert.equal(readdirSync(outside), []);
    const seen = join(findVolume(world, 'data').mountpoint, 'seen');
    assert.is(readFileSync(seen, 'utf8'), readFileSync(import.meta.filename, 'utf8'));
  });

  inWorld(
    'a part of a volume is mounted, and links in it lead nowhere outside of it',
    async (world) => {
      const secret = join(world.directory, 'secret');
      mkdirSync(secret);
      writeFileSync(join(secret, 'file'), 'secret');
      const volume = (subpath?: string): RunOptions =>
        withMounts({ type: 'volume', name: 'data', target: '/v', subpath });
      const { code } = await world.complete(
        `mkdir -p /v/sub/dir && echo mine > /v/sub/dir/file && ln -s ${secret} /v/evil && ln -s ../../../../../../../..${secret} /v/up`,
        volume(),
      );
      assert.is(code, 0);
      const { id } = await world.complete('cat /v/file > /said', volume('sub/dir'));
      assert.is(world.wrote(id, 'said'), 'mine\n');
      for (const subpath of ['evil', 'up', '../data', '../../../..' + secret]) {
        assert.is(await codeOf(() => world.start('cat /v/file', volume(subpath))), 'START_FAILED');
      }
    },
  );

  inWorld('a source that is not there is an error, or made, as asked', async (world) => {
    const source = join(world.directory, 'new/dir');
    const mount = { type: 'bind', source, target: '/x' } as const;
    assert.is(await codeOf(() => world.start('true', withMounts(mount))), 'MOUNT_SOURCE_NOT_FOUND');
    assert.not(existsSync(source));
    const { code } = await world.complete(
      'touch /x/y',
      withMounts({ ...mount, createSource: true }),
    );
    assert.is(code, 0);
    assert.is(statSync(source).mode & 0o777, 0o755);
    assert.ok(existsSync(join(source, 'y')));
  });

  inWorld('a start looks for the sources again, and makes those that it may', async (world) => {
    const [work, made] = [join(world.directory, 'work'), join(world.directory, 'made')];
    mkdirSync(work);
    const bound = { type: 'bind', source: work, target: '/w' } as const;
    const options = { command: ['true'] };
    const kept = await createContainer(world, world.image, { ...options, mounts: [bound] });
    const mounts = [{ ...bound, source: made, createSource: true }];
    const other = await createContainer(world, world.image, { ...options, mounts });
    rmSync(work, { recursive: true });
    rmSync(made, { recursive: true });
    assert.is(await codeOf(() => startContainer(world, kept)), 'MOUNT_SOURCE_NOT_FOUND');
    const exit = await (await startContainer(world, other))?.wait();
    assert.is(exit !== 'detached' && exit?.code, 0);
    assert.ok(existsSync(made));
  });

  inWorld(
    'what is mounted is no change of a container, and in none of its archives',
    async (world) => {
      writeFileSync(join(world.directory, 'file'), '');
      const { id } = await world.complete('touch /v/inside /t/inside /own', {
        mounts: [
          { type: 'volume', target: '/v' },
          { type: 'tmpfs', target: '/t' },
          { type: 'bind', source: join(world.directory, 'file'), target: '/f' },
        ],
      });
      const changes = await containerChanges(world, id);
      assert.equal(
        changes.map(({ path }) => path.toString()),
        ['/own'],
      );
      const archive = (await buffer(exportContainer(world, id))).toString('latin1'); // prettier-ignore
      assert.ok(archive.includes('own') && !archive.includes('inside'));
    },
  );

  inWorld('/dev/shm has its size', async (world) => {
    const { id } = await world.complete('df -k /dev/shm | tail -1 > /df', { shmSize: 1 << 20 });
    assert.match(world.wrote(id, 'df'), /^shm +1024 /);
    const { HostConfig } = inspectContainer(world, id) as { HostConfig: { ShmSize: number } };
    assert.is(HostConfig.ShmSize, 1 << 20);
  });

  inWorld('a read-only root takes nothing, and its mounts do', async (world) => {
    const { code } = await world.complete(
      'touch /x && exit 3; echo 1 > /t/y && echo 1 > /dev/shm/z',
      {
        readOnlyRoot: true,
        ...withMounts({ type: 'tmpfs', target: '/t' }),
      },
    );
    assert.is(code, 0);
  });

  inWorld(
    'with chown a source becomes the user’s, links as they are, nothing behind them',
    async (world) => {
      const [work, other] = [join(world.directory, 'work'), join(world.directory, 'other')];
      mkdirSync(join(work, 'a/b'), { recursive: true });
      writeFileSync(join(work, 'a/b/file'), '');
      writeFileSync(other, '');
      symlinkSync(other, join(work, 'link'));
      const { code } = await world.complete('touch /w/a/b/new /v/sub/new', {
        user: 'app',
        mounts: [
          { type: 'bind', source: work, target: '/w', chown: true },
          { type: 'volume', name: 'data', target: '/v', chown: true },
          { type: 'volume', name: 'data', target: '/v/sub', chown: true },
        ],
      });
      assert.is(code, 0);
      for (const path of ['', 'a', 'a/b', 'a/b/file', 'link']) {
        const { uid, gid } = lstatSync(join(work, path));
        assert.equal([uid, gid], [1000, 1000], path);
      }
      assert.is(statSync(other).uid, 0);
      assert.is(statSync(findVolume(world, 'data').mountpoint).uid, 1000);
    },
  );

  inWorld('what belongs to the machine is given to nobody', async (world) => {
    symlinkSync('/usr', join(world.directory, 'usr'));
    for (const source of ['/', '/etc', '/usr/bin', '/etc/passwd', join(world.directory, 'usr')]) {
      const mount: ContainerMount = { type: 'bind', source, target: '/w', chown: true };
      assert.is(
        await codeOf(() => world.start('true', withMounts(mount))),
        'MOUNT_INVALID',
        source,
      );
    }
  });

  inWorld(
    'what is mounted on the host later comes to a slave and not to a private mount, and shared goes both ways',
    async (world) => {
      const work = join(world.directory, 'work');
      for (const name of ['late', 'inner']) mkdirSync(join(work, name), { recursive: true });
      await run(['mount', '-t', 'tmpfs', 'tmpfs', work]);
      try {
        await run(['mount', '--make-private', work]);
        const mounted = (propagation: Propagation, target: string): ContainerMount => ({ type: 'bind', source: work, target, propagation }); // prettier-ignore
        for (const wanted of ['rslave', 'rshared'] as const) {
          assert.is(await codeOf(() => world.start('true', withMounts(mounted(wanted, '/w')))), 'MOUNT_INVALID'); // prettier-ignore
        }
        await run(['mount', '--make-shared', work]);
        mkdirSync(join(work, 'late'));
        const line =
          'until test -e /slave/late/file; do sleep 0.05; done; ls /private/late /shared/late; sleep 1000';
        const id = await world.detached(line, withMounts(mounted('rslave', '/slave'), mounted('rprivate', '/private'), mounted('rshared', '/shared'))); // prettier-ignore
        await run(['mount', '-t', 'tmpfs', 'tmpfs', join(work, 'late')]);
        writeFileSync(join(work, 'late/file'), '');
        await untilItWrote(world, id, '/shared/late:\nfile\n');
        assert.is(outputOf(world, id), '/private/late:\n\n/shared/late:\nfile\n');
        const { pid } = runOfContainer(world, id).process ?? {};
        const tags = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').map((one) => one.split(' ')); // prettier-ignore
        const tagsOf = (place: string): string | undefined => tags.find(([, , , , at]) => at === place)?.[6]; // prettier-ignore
        assert.match(tagsOf('/slave') ?? '', /^master:/);
        assert.match(tagsOf('/shared') ?? '', /^shared:/);
        assert.is(tagsOf('/private'), '-');
        await removeContainer(world, id, { force: true });
      } finally {
        await run(['umount', '-R', work]);
      }
    },
  );
}

test.run();
