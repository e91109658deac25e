import { chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  asUser,
  makeImageLayout,
  needs,
  run,
  tarOf,
  temporaryDirectory,
  unprivilegedUser,
  userDirectory,
} from '@ctrkit/testing';
import type { RunResult, TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const asNobody = when(needs('unprivileged-user', 'user-namespaces'));
const withOverlay = when(needs('unprivileged-user', 'overlay-rootless'));
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const loader = fileURLToPath(import.meta.resolve('tsx'));

const entries: TarEntry[] = [
  { path: 'closed', type: 'Directory', mode: 0 },
  { path: 'closed/secret', type: 'File', mode: 0, uid: 1000, gid: 1000, content: 'x' },
  { path: 'etc', type: 'Directory', mode: 0o555 },
  { path: 'etc/passwd', type: 'File', content: 'root:x:0:0::/root:/bin/sh\n', uid: 5 },
  { path: 'd', type: 'Directory' },
  { path: 'd/gone', type: 'File', content: 'x' },
  { path: 'dev', type: 'Directory' },
  { path: 'dev/null', type: 'CharacterDevice', devmaj: 1, devmin: 3 },
];
const second: TarEntry[] = [
  { path: 'd', type: 'Directory' },
  { path: 'd/.wh.gone', type: 'File', content: '' },
  { path: 'etc', type: 'Directory', mode: 0o555 },
  { path: 'etc/.wh..wh..opq', type: 'File', content: '' },
  { path: 'etc/passwd', type: 'File', content: 'root:x:0:0::/second:/bin/sh\n' },
];

/** A home of the user with an image in it. */
async function home(): Promise<{ path: string; [Symbol.asyncDispose]: () => Promise<void> }> {
  const directory = await userDirectory();
  const layout = join(directory.path, 'layout');
  await using made = await temporaryDirectory();
  await makeImageLayout(join(made.path, 'layout'), {
    layers: [tarOf(entries), tarOf(second)],
    config: { Cmd: ['sh'] },
  });
  await run(['cp', '-r', join(made.path, 'layout'), layout]);
  const { uid, gid } = unprivilegedUser();
  if (process.getuid?.() === 0) await run(['chown', '-R', `${uid}:${gid}`, layout]);
  await chown(directory.path, uid, gid);
  return {
    path: directory.path,
    // Directories that their owner cannot enter are root's to remove.
    [Symbol.asyncDispose]: async () => {
      if (process.getuid?.() !== 0) await run(['chmod', '-R', 'u+rwX', directory.path]);
      await directory[Symbol.asyncDispose]();
    },
  };
}

function rootfs(path: string, ...args: string[]): Promise<RunResult> {
  const command = [
    process.execPath,
    '--import',
    loader,
    '--conditions=@ctrkit/source',
    bin,
    ...args,
  ] as const;
  return asUser(command, { home: path });
}

asNobody(
  'a normal user unpacks an image: all files are theirs, devices are left out and told',
  async () => {
    await using directory = await home();
    const { code, stderr } = await rootfs(directory.path, 'unpack', 'oci:layout:latest', 'target');
    assert.is(code, 0, stderr);
    assert.match(stderr, /left out: 1 device/);
    const found = await run(['find', join(directory.path, 'target'), '-printf', '%P %m %U\n']);
    const { uid } = unprivilegedUser();
    const lines = found.stdout.trimEnd().split('\n').toSorted();
    const expected = [
      'closed 0',
      'closed/secret 0',
      'd 755',
      'dev 755',
      'etc 555',
      'etc/passwd 644',
    ];
    assert.equal(
      lines.slice(1),
      expected.map((line) => `${line} ${uid}`),
    );
  },
);

withOverlay(
  'a normal user makes a bundle: whiteouts and opaque directories hold in their overlay',
  async () => {
    await using directory = await home();
    const { code, stderr } = await rootfs(
      directory.path,
      '--root',
      'root',
      'bundle',
      'oci:layout:latest',
      'bundle',
    );
    assert.is(code, 0, stderr);
    const spec = JSON.parse(await readFile(join(directory.path, 'bundle/config.json'), 'utf8')) as {
      process: { env: string[] };
      linux: { uidMappings: unknown };
      mounts: { options: string[] }[];
    };
    // The account file was read through the overlay.
    assert.ok(spec.process.env.includes('HOME=/second'));
    const { uid } = unprivilegedUser();
    assert.equal(spec.linux.uidMappings, [{ containerID: 0, hostID: uid, size: 1 }]);
    assert.ok(spec.mounts[0]?.options.includes('userxattr'));
    const lower = spec.mounts[0]?.options[0]?.replace('lowerdir=', '') ?? '';
    const script = `mkdir m && mount -t overlay -o userxattr,ro,lowerdir=${lower} o m && ls -A m/d m/etc && umount m`;
    const seen = await asUser(
      ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script],
      { home: directory.path },
    );
    assert.is(seen.stdout, 'm/d:\n\nm/etc:\npasswd\n', seen.stderr);
  },
);

asNobody('a layer that is cut short leaves nothing that the user cannot remove', async () => {
  await using directory = await home();
  const blobs = join(directory.path, 'layout/blobs/sha256');
  const largest = await run(
    [
      'sh',
      '-c',
      'for f in *; do [ "$(head -c2 $f | od -An -tx1)" = " 1f 8b" ] && truncate -s -20 $f; done; true',
    ],
    { cwd: blobs },
  );
  assert.is(largest.code, 0, largest.stderr);
  const { code, stderr } = await rootfs(directory.path, 'unpack', 'oci:layout:latest', 'target');
  assert.is(code, 1);
  assert.match(stderr, /blob sha256:/);
  const left = await run(['ls', '-A', directory.path]);
  assert.not.match(left.stdout, /target|tmp-/);
});

test.run();
