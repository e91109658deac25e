import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, resolveImage } from '@ctrkit/layout';
import type { RuntimeSpec } from '@ctrkit/oci';
import { readFiles, unpackImage, writeBundle } from '@ctrkit/rootfs';
import {
  busyboxConfig,
  busyboxEntries,
  listTree,
  makeBusyboxLayout,
  makeImageLayout,
  needs,
  run,
  tarOf,
  temporaryDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, when } from './helpers.ts';

const withRunc = when(needs('root', 'overlay', 'command:runc', 'command:busybox'));
const withUmoci = when(needs('root', 'command:umoci', 'command:skopeo', 'command:busybox'));
const asRoot = when(needs('root'));

async function specOf(bundle: string): Promise<RuntimeSpec> {
  return JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8')) as RuntimeSpec;
}

async function runc(bundle: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const id = `ctrkit-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  return await run(['runc', '--root', join(bundle, '..', 'runc'), 'run', '--bundle', bundle, id]);
}

withRunc('runc runs a bundle as it is, and the host gets no mount', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await makeBusyboxLayout(at('layout'));
  const layout = await openLayout(at('layout'));
  const image = await resolveImage(layout);
  const args = [
    'sh',
    '-c',
    'echo $HOME; ls -d /etc/passwd; echo new > /new; cat /proc/self/mountinfo | head -1; grep ^Seccomp: /proc/self/status',
  ];
  await writeBundle(layout, image, at('bundle'), { root: at('root'), args });
  const [mount] = (await specOf(at('bundle'))).mounts ?? [];
  assert.equal([mount?.destination, mount?.type], ['/', 'overlay']);
  const { code, stdout, stderr } = await runc(at('bundle'));
  assert.is(code, 0, stderr);
  assert.match(stdout, /^\/root\n\/etc\/passwd\n.* overlay .*\nSeccomp:\t2\n$/);
  // What it wrote is in the upper directory; the layers are as they were.
  assert.ok((await readdir(at('bundle/upper'))).includes('new'));
  assert.equal(await readdir(at('bundle/rootfs')), []);
  assert.not.match(await readFile('/proc/self/mountinfo', 'utf8'), base.path);
});

withRunc('runc runs a bundle with a filled root', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await makeBusyboxLayout(at('layout'));
  const layout = await openLayout(at('layout'));
  const image = await resolveImage(layout);
  await writeBundle(layout, image, at('bundle'), {
    root: at('root'),
    args: ['ls', '/'],
    copy: true,
  });
  const { code, stdout, stderr } = await runc(at('bundle'));
  assert.is(code, 0, stderr);
  assert.match(stdout, /^bin\n/);
  assert.equal((await readdir(base.path)).includes('root'), false);
});

withRunc("user, groups, home, directory, variables and annotations are the image's", async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await mkdir(at('layout'));
  const config = {
    ...busyboxConfig,
    User: 'app',
    WorkingDir: '/made/by/runc',
    Env: [...busyboxConfig.Env, 'A=b'],
    Cmd: ['sh', '-c', 'id -u; id -G; pwd; echo $HOME $A'],
    Labels: { 'org.example': 'x', 'org.opencontainers.image.os': 'mine' },
    StopSignal: 'SIGQUIT',
    ExposedPorts: { '80/tcp': {} },
  };
  // The account files are those of the whole image: a later layer's, through a link.
  const later = tarOf([
    { path: 'etc', type: 'Directory' },
    { path: 'etc/group', type: 'SymbolicLink', linkpath: '/real-group' },
    { path: 'real-group', type: 'File', content: 'root:x:0:\nmore:x:4242:app\napp:x:1000:\n' },
  ]);
  await makeImageLayout(at('layout'), { layers: [tarOf(await busyboxEntries()), later], config });
  const layout = await openLayout(at('layout'));
  await writeBundle(layout, await resolveImage(layout), at('bundle'), { root: at('root') });
  const spec = await specOf(at('bundle'));
  assert.equal(spec.annotations, {
    'org.opencontainers.image.os': 'mine',
    'org.opencontainers.image.architecture': (await resolveImage(layout)).config.architecture,
    'org.opencontainers.image.created': '1970-01-01T00:00:00Z',
    'org.opencontainers.image.stopSignal': 'SIGQUIT',
    'org.opencontainers.image.exposedPorts': '80/tcp',
    'org.example': 'x',
  });
  const { code, stdout, stderr } = await runc(at('bundle'));
  assert.is(code, 0, stderr);
  assert.is(stdout, '1000\n1000 4242\n/made/by/runc\n/home/app b\n');
});

asRoot('what a bundle cannot be made of: no bundle is left', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await mkdir(at('layout'));
  const layers = [tarOf([{ path: 'etc', type: 'SymbolicLink', linkpath: '/proc/self/root/etc' }])];
  await makeImageLayout(at('layout'), { layers, config: { User: 'nobody', Cmd: ['x'] } });
  const layout = await openLayout(at('layout'));
  const image = await resolveImage(layout);
  // The host's own passwd is not asked, though the image has a link to it.
  assert.is(
    await codeOf(writeBundle(layout, image, at('bundle'), { root: at('root') })),
    'USER_NOT_FOUND',
  );
  assert.not.ok((await readdir(base.path)).includes('bundle'));
  assert.is(
    await codeOf(writeBundle(layout, image, at('layout'), { root: at('root') })),
    'TARGET_NOT_EMPTY',
  );
});

asRoot('files of an image that are no files are not read', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await mkdir(at('l'));
  await run(['mkfifo', at('l/fifo')]);
  await run(['truncate', '-s', '2M', at('l/large')]);
  await run(['ln', '-s', 'loop', at('l/loop')]);
  await run(['ln', '-s', '/etc/hostname', at('l/outside')]);
  await run(['sh', '-c', 'printf x > small; ln -s /small link'], { cwd: at('l') });
  const paths = ['/fifo', '/large', '/loop', '/outside', '/absent', '/link'];
  const found = await readFiles([at('l')], paths);
  assert.equal(
    found.map((bytes) => bytes?.toString()),
    [undefined, undefined, undefined, undefined, undefined, 'x'],
  );
});

withUmoci('skopeo copies an image, umoci and we unpack it to the same tree', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await mkdir(at('made'));
  const second = tarOf([
    { path: 'etc', type: 'Directory', mode: 0o711 },
    { path: 'etc/.wh.group', type: 'File', content: '' },
    { path: 'home/.wh.app', type: 'File', content: '' },
    { path: 'usr', type: 'Directory' },
    { path: 'usr/.wh..wh..opq', type: 'File', content: '' },
    { path: 'usr/new', type: 'File', mode: 0o4755, uid: 12, gid: 34, content: 'new' },
  ]);
  await makeImageLayout(at('made'), {
    layers: [tarOf(await busyboxEntries()), second],
    tag: 'made',
  });
  const copied = await run([
    'skopeo',
    '--insecure-policy',
    'copy',
    `oci:${at('made')}:made`,
    `oci:${at('copy')}:copy`,
  ]);
  assert.is(copied.code, 0, copied.stderr);
  const theirs = await run(['umoci', 'unpack', '--image', `${at('copy')}:copy`, at('theirs')]);
  assert.is(theirs.code, 0, theirs.stderr);
  const layout = await openLayout(at('copy'));
  await unpackImage(layout, await resolveImage(layout, { name: 'copy' }), at('ours'));
  const options = { ignoreRoot: true };
  assert.equal(await listTree(at('ours'), options), await listTree(at('theirs/rootfs'), options));
});

test.run();
