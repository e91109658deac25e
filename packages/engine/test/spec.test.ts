import type { ImageConfig, RuntimeSpec } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerSpec, identifiedProcess, linuxSpec } from '../src/spec.ts';
import type { SpecChoices } from '../src/spec.ts';
import { codeOf, idOf } from './fixture.ts';

const image: ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  config: {
    Entrypoint: ['/entry'],
    Cmd: ['serve', '--all'],
    Env: ['PATH=/image/bin', 'LANG=C'],
    WorkingDir: '/srv',
    User: 'app',
  },
  rootfs: { type: 'layers', diff_ids: [] },
};

const choices: SpecChoices = {
  id: idOf('0123456789abcdef'),
  image,
  layers: ['/layers/low', '/layers/high'],
  directory: '/containers/x',
  network: 'none',
  limits: {},
  volatile: false,
  copied: false,
};

const specOf = (changes: Partial<SpecChoices> = {}): RuntimeSpec =>
  containerSpec({ ...choices, ...changes });
const argsOf = (changes: Partial<SpecChoices>): unknown => specOf(changes).process?.args;
const withConfig = (config: ImageConfig['config']): Partial<SpecChoices> => ({
  image: { ...image, config },
});

const commands: readonly (readonly [string, Partial<SpecChoices>, readonly string[]])[] = [
  ['the image alone', {}, ['/entry', 'serve', '--all']],
  ['a command replaces Cmd', { command: ['other'] }, ['/entry', 'other']],
  ['an empty command does not', { command: [] }, ['/entry', 'serve', '--all']],
  ['an entrypoint replaces both', { entrypoint: '/bin/sh' }, ['/bin/sh']],
  ['both', { entrypoint: '/bin/sh', command: ['-c', 'x'] }, ['/bin/sh', '-c', 'x']],
  ['the empty entrypoint is none', { entrypoint: '', command: ['ls'] }, ['ls']],
  ['an image without entrypoint', withConfig({ Cmd: ['sh'] }), ['sh']],
];

for (const [what, changes, args] of commands) {
  test(`command: ${what}`, () => assert.equal(argsOf(changes), args));
}

test('no command', async () => {
  assert.is(await codeOf(() => specOf(withConfig({}))), 'NO_COMMAND');
});

test("environment: the image's, then the user's, and the host name", () => {
  const env = specOf({ env: ['LANG=de', 'MORE=1'] }).process?.env;
  assert.equal(env, ['PATH=/image/bin', 'HOSTNAME=0123456789ab', 'LANG=de', 'MORE=1']);
});

test('working directory', () => {
  assert.is(specOf().process?.cwd, '/srv');
  assert.is(specOf({ workdir: '/tmp' }).process?.cwd, '/tmp');
  assert.is(specOf(withConfig({ Cmd: ['sh'] })).process?.cwd, '/');
});

test('host name', () => {
  assert.is(specOf().hostname, '0123456789ab');
  assert.is(specOf({ hostname: 'web' }).hostname, 'web');
  assert.ok(specOf({ hostname: 'web' }).process?.env?.includes('HOSTNAME=web'));
});

test("the root is the layers, the uppermost first, with the container's own upper directory", () => {
  const root = {
    destination: '/',
    type: 'overlay',
    source: 'overlay',
    options: ['lowerdir=/layers/high:/layers/low', 'upperdir=/containers/x/upper', 'workdir=/containers/x/work'],
  }; // prettier-ignore
  // Whatever the kernel's defaults are.
  const plain = ['index=off', 'redirect_dir=off', 'metacopy=off'];
  assert.equal(specOf().mounts?.[0], { ...root, options: [...root.options, ...plain] });
  const options = [...root.options, 'volatile', ...plain];
  assert.equal(specOf({ volatile: true }).mounts?.[0]?.options, options);
});

test('directories with what overlay would take for its own', () => {
  const [root] = specOf({ layers: ['/a:b', '/c\\d'], directory: '/e:f' }).mounts ?? [];
  const [lower, upper] = root?.options ?? [];
  assert.is(lower, 'lowerdir=/c\\\\d:/a\\:b');
  assert.is(upper, 'upperdir=/e\\:f/upper');
});

test("the files of /etc that are the container's own", () => {
  const bound = specOf().mounts?.filter(({ type }) => type === 'bind') ?? [];
  const expected = ['hosts', 'hostname', 'resolv.conf'].map((name) => [
    `/etc/${name}`,
    `/containers/x/${name}`,
  ]);
  assert.equal(
    bound.map(({ destination, source }) => [destination, source]),
    expected,
  );
});

const namespacesOf = (spec: RuntimeSpec): string[] =>
  (spec.linux?.namespaces ?? []).map(({ type }) => type);

test("a network of its own, or the host's", () => {
  assert.ok(namespacesOf(specOf()).includes('network'));
  assert.not(namespacesOf(specOf({ network: 'host' })).includes('network'));
});

test('limits and the devices of the sandbox stand side by side', () => {
  const spec = specOf({ limits: { pids: 5 } });
  assert.equal(spec.linux?.resources?.pids, { limit: 5 });
  assert.ok((spec.linux?.resources?.devices ?? []).length > 0);
  assert.is(spec.linux?.cgroupsPath, `ctr/${choices.id}`);
});

test('a limit that makes no sense is refused before the image is known', async () => {
  assert.is(await codeOf(() => linuxSpec({ ...choices, limits: { memory: 1 } })), 'LIMIT_INVALID');
});

const only = (hostID: number) => [{ containerID: 0, hostID, size: 1 }];
const rootless = specOf({ ids: { uids: only(1000), gids: only(1001) }, limits: { pids: 5 } });

test('a normal user: a user namespace in which they are root and nobody else is anybody', () => {
  assert.is(namespacesOf(rootless)[0], 'user');
  assert.equal(rootless.linux?.uidMappings, [{ containerID: 0, hostID: 1000, size: 1 }]);
  assert.equal(rootless.linux?.gidMappings, [{ containerID: 0, hostID: 1001, size: 1 }]);
  assert.is(rootless.process?.noNewPrivileges, true);
});

test('a normal user: no cgroup and so no limits, attributes that a user may set', () => {
  assert.is(rootless.linux?.cgroupsPath, undefined);
  assert.is(rootless.linux?.resources, undefined);
  assert.ok(rootless.mounts?.[0]?.options?.includes('userxattr'));
  assert.not(specOf().mounts?.[0]?.options?.includes('userxattr'));
  const groups = rootless.mounts?.flatMap(({ options = [] }) => options) ?? [];
  assert.not(groups.some((option) => option.startsWith('gid=')));
});

const files = {
  passwd: Buffer.from('root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n'),
  group: Buffer.from('root:x:0:\napp:x:1000:\nusers:x:100:app\n'),
};

test('a user is who the files of the root say', () => {
  const process = identifiedProcess(specOf(), 'app', files);
  assert.equal([process.user.uid, process.user.gid, process.user.additionalGids], [1000, 1000, [1000, 100]]); // prettier-ignore
  assert.is(process.env?.at(-1), 'HOME=/home/app');
  assert.is(process.user.umask, 0o022);
  assert.is(identifiedProcess(specOf(), 'app:users', files).user.gid, 100);
  assert.is(identifiedProcess(specOf(), '7:8', files).user.uid, 7);
});

test('HOME is not set over what the image or the user set', () => {
  const spec = specOf({ env: ['HOME=/elsewhere'] });
  const homes = identifiedProcess(spec, 'app', files).env?.filter((entry) => entry.startsWith('HOME=')); // prettier-ignore
  assert.equal(homes, ['HOME=/elsewhere']);
});

test('users that are nobody', async () => {
  const codes: Record<string, string> = {
    nosuch: 'USER_NOT_FOUND',
    'app:nosuch': 'GROUP_NOT_FOUND',
    '4294967295': 'USER_INVALID',
  };
  for (const [user, code] of Object.entries(codes)) {
    assert.is(await codeOf(() => identifiedProcess(specOf(), user, files)), code, user);
  }
});

test('a normal user: only root has an id', async () => {
  const process = identifiedProcess(rootless, '', files);
  assert.equal([process.user.uid, process.user.gid, process.user.additionalGids], [0, 0, []]);
  assert.is(await codeOf(() => identifiedProcess(rootless, 'app', files)), 'USER_NOT_MAPPED');
  assert.is(await codeOf(() => identifiedProcess(rootless, '0:100', files)), 'USER_NOT_MAPPED');
});

test('a normal user with subordinate ids: who has one is who they are', async () => {
  const map = [...only(1000), { containerID: 1, hostID: 100_000, size: 2000 }];
  const spec = specOf({ ids: { uids: map, gids: map } });
  const { user } = identifiedProcess(spec, 'app', files);
  assert.equal([user.uid, user.gid, user.additionalGids], [1000, 1000, [1000, 100]]);
  assert.is(await codeOf(() => identifiedProcess(spec, '2001', files)), 'USER_NOT_MAPPED');
  assert.is(spec.process?.noNewPrivileges, false);
  const groups = spec.mounts?.flatMap(({ options = [] }) => options) ?? [];
  assert.ok(groups.includes('gid=5'));
});

test.run();
