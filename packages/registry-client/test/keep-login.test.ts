import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join, relative } from 'node:path';
import { temporaryName } from '@ctrkit/durable';
import { needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dockerConfigCredentials, forgetLogin, keepLogin, otherLogins } from '../src/index.ts';
import { inProcess } from './support/command.ts';
import { installHelper } from './support/credential-helper.ts';
import { expectCode } from './support/expect-code.ts';

const login = { username: 'me', password: 'pass:word' };
const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

test('a new file: 0600 in a directory 0700, in docker’s form, and nothing beside it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'home/.docker/config.json');
  const kept = await keepLogin(path, 'r.test:5000', login);
  assert.equal(kept, { path, helper: undefined });
  const auth = Buffer.from('me:pass:word').toString('base64');
  assert.is(
    await readFile(path, 'utf8'),
    `{\n\t"auths": {\n\t\t"r.test:5000": {\n\t\t\t"auth": "${auth}"\n\t\t}\n\t}\n}\n`,
  );
  assert.is((await stat(path)).mode & 0o777, 0o600);
  assert.is((await stat(join(path, '..'))).mode & 0o777, 0o700);
  assert.equal(await readdir(join(path, '..')), ['config.json']);
  assert.equal(await dockerConfigCredentials(path)('r.test:5000'), login);
});

test('what else is in the file stays; a file that all could read becomes private', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  const config = {
    HttpHeaders: { 'X-Meta': 'a' },
    auths: { 'other.test': { auth: 'YTpi', 'x-own': 1 }, 'r.test/team': { auth: 'YTpi' } },
    psFormat: 'table {{.ID}}',
    nested: { deep: [1, null, true] },
  };
  await writeFile(path, JSON.stringify(config));
  await chmod(path, 0o644);
  await keepLogin(path, 'r.test', login);
  const auth = Buffer.from('me:pass:word').toString('base64');
  assert.equal(await read(path), { ...config, auths: { ...config.auths, 'r.test': { auth } } });
  assert.is((await stat(path)).mode & 0o777, 0o600);
  assert.is(await forgetLogin(path, 'r.test'), true);
  assert.equal(await read(path), config);
  assert.is(await forgetLogin(path, 'r.test'), false);
});

test('a link stays one, and what it leads to is replaced', async () => {
  await using directory = await temporaryDirectory();
  const [path, target] = [join(directory.path, 'config.json'), join(directory.path, 'dotfile')];
  await writeFile(target, '{}');
  await symlink(target, path);
  assert.is((await keepLogin(path, 'r.test', login)).path, target);
  assert.is(await readlink(path), target);
  assert.equal(Object.keys((await read(target)) as object), ['auths']);
});

test('a link to what is yet to be made stays one, too', async () => {
  await using directory = await temporaryDirectory();
  const [path, target] = [join(directory.path, 'config.json'), join(directory.path, 'new/file')];
  await symlink('middle', path);
  await symlink('new/file', join(directory.path, 'middle'));
  assert.is((await keepLogin(path, 'r.test', login)).path, target);
  assert.is(await readlink(path), 'middle');
  assert.equal(Object.keys((await read(target)) as object), ['auths']);
});

test('the path that is told is absolute', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  assert.is((await keepLogin(relative(process.cwd(), path), 'r.test', login)).path, path);
});

test('a login that was killed half-way leaves no secret for long', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  const left = temporaryName(path).replace(/\.tmp-\d+-/, '.tmp-999999999-');
  await writeFile(left, 'hunter2');
  await keepLogin(path, 'r.test', login);
  assert.equal(await readdir(directory.path), ['config.json']);
});

test('a logout where there is no file makes none, and no directory', async () => {
  await using directory = await temporaryDirectory();
  assert.is(await forgetLogin(join(directory.path, 'a/config.json'), 'r.test'), false);
  assert.equal(await readdir(directory.path), []);
});

if (needs('root')) {
  test('written by root, it stays the file of its owner', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'config.json');
    await writeFile(path, '{}');
    await chown(path, 1234, 1235);
    await keepLogin(path, 'r.test', login);
    const { uid, gid, mode } = await stat(path);
    assert.equal([uid, gid, mode & 0o777], [1234, 1235, 0o600]);
  });
}

test('Docker Hub goes under docker’s address, in place of its other names', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  const auths = { 'docker.io': { auth: 'YTpi' }, 'registry-1.docker.io': {} };
  await writeFile(path, JSON.stringify({ auths }));
  await keepLogin(path, 'docker.io', { username: 'me', identityToken: 'refresh' });
  assert.equal(await read(path), {
    auths: {
      'https://index.docker.io/v1/': {
        auth: Buffer.from('me:').toString('base64'),
        identitytoken: 'refresh',
      },
    },
  });
  assert.is((await dockerConfigCredentials(path)('docker.io'))?.identityToken, 'refresh');
});

test('with a helper the secret is there alone, and logout asks it to forget', async () => {
  await using directory = await temporaryDirectory();
  await using helper = await installHelper('test');
  const path = join(directory.path, 'config.json');
  await writeFile(path, JSON.stringify({ credsStore: 'test' }));
  const { env } = helper;
  assert.equal(await keepLogin(path, 'r.test', login, { env }), { path, helper: 'test' });
  assert.equal(await read(path), { credsStore: 'test', auths: { 'r.test': {} } });
  assert.equal(await dockerConfigCredentials(path, { env })('r.test'), login);
  await forgetLogin(path, 'r.test', { env });
  assert.equal(await read(path), { credsStore: 'test', auths: {} });
  assert.is((await helper.calls()).at(-1), 'erase r.test');
});

test('a helper that is not there keeps no secret in the file, and is told', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  const auths = { 'r.test': { auth: 'YTpi' }, 'https://r.test/v2/': { auth: 'YTpi' } };
  await writeFile(path, JSON.stringify({ credsStore: 'nosuch', auths }));
  await expectCode(forgetLogin(path, 'r.test'), 'CREDENTIAL_HELPER_FAILED');
  assert.equal(await read(path), { credsStore: 'nosuch', auths: {} });
});

test('the helper is asked to forget each name that the file has, though one of them fails', async () => {
  await using directory = await temporaryDirectory();
  await using helper = await installHelper('test', '[ "$input" != r.test ]');
  const path = join(directory.path, 'config.json');
  const auths = { 'https://r.test/v2/': {}, 'r.test/team': {}, 'other.test': {} };
  await writeFile(path, JSON.stringify({ credsStore: 'test', auths }));
  const { env } = helper;
  await expectCode(forgetLogin(path, 'r.test', { env }), 'CREDENTIAL_HELPER_FAILED');
  assert.equal(await helper.calls(), ['erase r.test', 'erase https://r.test/v2/']);
});

test('another login is not kept waiting by a helper that waits for a person', async () => {
  await using directory = await temporaryDirectory();
  await using helper = await installHelper(
    'test',
    'while [ ! -e "$here/go" ]; do sleep 0.05; done',
  );
  const path = join(directory.path, 'config.json');
  await writeFile(path, JSON.stringify({ credHelpers: { 'r.test': 'test' } }));
  const slow = keepLogin(path, 'r.test', login, { env: helper.env });
  await keepLogin(path, 'other.test', login);
  await writeFile(join(helper.directory, 'go'), '');
  await slow;
  const { auths } = (await read(path)) as { auths: object };
  assert.equal(Object.keys(auths).toSorted(), ['other.test', 'r.test']);
});

test('what a logout leaves: logins in podman’s files, not in this one, nor those of a part of the registry', async () => {
  await using directory = await temporaryDirectory();
  const env = { HOME: directory.path, XDG_RUNTIME_DIR: join(directory.path, 'run') };
  const podmans = join(directory.path, 'run/containers/auth.json');
  await mkdir(join(podmans, '..'), { recursive: true });
  await writeFile(podmans, '{"auths":{"r.test":{"auth":"YTpi"},"s.test/team":{"auth":"YTpi"}}}');
  const path = join(directory.path, '.docker/config.json');
  await keepLogin(path, 'r.test', login);
  assert.equal(await otherLogins(path, 'r.test', env), [podmans]);
  assert.equal(await otherLogins(podmans, 'r.test', env), [path]);
  assert.equal(await otherLogins(path, 's.test', env), []);
  const said = await inProcess(['logout', 'r.test'], env);
  assert.is(said.code, 0);
  assert.match(said.stderr, podmans);
});

test('twenty at once: none is lost', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  const names = Array.from({ length: 20 }, (_, index) => `r${index}.test`);
  await Promise.all(names.map((name) => keepLogin(path, name, login)));
  const { auths } = (await read(path)) as { auths: object };
  assert.equal(Object.keys(auths).toSorted(), names.toSorted());
  assert.equal(await readdir(directory.path), ['config.json']);
});

test('a file that cannot be understood is left as it is', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  await writeFile(path, '{"auths": hunter2');
  const error = await expectCode(keepLogin(path, 'r.test', login), 'CREDENTIALS_INVALID');
  assert.not.match(String(error.stack), 'hunter2');
  assert.is(await readFile(path, 'utf8'), '{"auths": hunter2');
  assert.equal(await readdir(directory.path), ['config.json']);
});

test.run();
