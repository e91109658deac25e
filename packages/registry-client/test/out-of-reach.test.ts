import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReference } from '@ctrkit/oci';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { certificatesOf } from '../src/http/certificates.ts';
import { dockerConfigCredentials, storedCredentials, userRegistryClient } from '../src/index.ts';
import { inProcess } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';
import { FakeRegistry } from './support/fake-registry.ts';

const auth = Buffer.from('me:pw').toString('base64');

/** Does something as somebody who may not read what only root may. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

/** A home with these files, which nobody may read. */
async function closedHome(files: Record<string, string>) {
  const directory = await temporaryDirectory();
  await chmod(directory.path, 0o755);
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory.path, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0);
  }
  const { path } = directory;
  return {
    path,
    env: { HOME: path, XDG_RUNTIME_DIR: join(path, 'run'), PATH: process.env['PATH'] },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

test('a file of logins that may not be read: a message, and the next file', async () => {
  await using home = await closedHome({ '.docker/config.json': '{}' });
  const podmans = join(home.path, 'run/containers/auth.json');
  await mkdir(join(podmans, '..'), { recursive: true });
  await writeFile(podmans, JSON.stringify({ auths: { 'r.test': { auth } } }));
  await asNobody(async () => {
    const texts: string[] = [];
    const find = storedCredentials(home.env, { onMessage: (text) => texts.push(text) });
    assert.is((await find('r.test'))?.username, 'me');
    assert.is(await find('other.test'), undefined);
    assert.is(texts.length, 1);
    assert.match(texts[0] ?? '', join(home.path, '.docker/config.json'));
    await expectCode(storedCredentials(home.env)('r.test'), 'CREDENTIALS_INVALID');
  });
});

test('a helper that is not installed: a message, and what the file itself has', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  await writeFile(path, JSON.stringify({ credsStore: 'nosuch', auths: { 'r.test': { auth } } }));
  const texts: string[] = [];
  const find = dockerConfigCredentials(path, { onMessage: (text) => texts.push(text) });
  assert.is((await find('r.test'))?.username, 'me');
  assert.is(await find('other.test'), undefined);
  assert.match(texts[0] ?? '', 'docker-credential-nosuch');
  await expectCode(dockerConfigCredentials(path)('r.test'), 'CREDENTIAL_HELPER_FAILED');
});

test('what is wrong in a file that can be read stays an error', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  await writeFile(path, '{');
  const find = dockerConfigCredentials(path, { onMessage: () => undefined });
  await expectCode(find('r.test'), 'CREDENTIALS_INVALID');
});

test('a certs.d, or a key in it, that may not be read: a message, and the next directory', async () => {
  await using home = await closedHome({
    'closed/r.test/ca.crt': 'x',
  });
  await mkdir(join(home.path, 'open/r.test'), { recursive: true });
  await writeFile(join(home.path, 'open/r.test/ca.crt'), '-----BEGIN CERTIFICATE-----');
  await chmod(join(home.path, 'closed'), 0);
  const directories = ['closed', 'open'].map((name) => join(home.path, name));
  await asNobody(async () => {
    const texts: string[] = [];
    const found = await certificatesOf(directories, 'r.test', (text) => texts.push(text));
    assert.is(found?.ca.length, 1);
    assert.match(texts[0] ?? '', join(home.path, 'closed/r.test'));
    await expectCode(certificatesOf(directories, 'r.test'), 'CERTIFICATES_INVALID');
  });
  await chmod(join(home.path, 'closed'), 0o755);
  await asNobody(async () => {
    const texts: string[] = [];
    const found = await certificatesOf(directories, 'r.test', (text) => texts.push(text));
    assert.equal([found?.ca.length, texts.length], [1, 1]);
  });
});

/** A registry that asks who one is, and lets everybody in who says somebody, or nobody who says nothing to its token server. */
async function openRegistry(): Promise<FakeRegistry> {
  const registry = await FakeRegistry.start();
  registry.addImage([Buffer.from('layer')], { tag: 'latest' });
  registry.override = (request, response) => {
    if (request.url?.startsWith('/token') === true) {
      response.end('{"token":"anybody"}');
      return true;
    }
    if (request.headers.authorization !== undefined) return false;
    const challenge = `Bearer realm="http://${registry.host}/token"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
    return true;
  };
  return registry;
}

test('what everybody may pull is pulled, and it is told once', async () => {
  await using registry = await openRegistry();
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, '.docker'));
  await writeFile(join(directory.path, '.docker/config.json'), '{"credsStore":"nosuch"}');
  const env = { HOME: directory.path, PATH: process.env['PATH'] };
  const texts: string[] = [];
  const client = await userRegistryClient({ env, onMessage: (text) => texts.push(text) });
  for (const name of ['a/b', 'c/d'])
    await client.resolve(parseReference(`${registry.host}/${name}`));
  client.close();
  assert.is(texts.length, 1);
  const said = await inProcess(['manifest', `${registry.host}/a/b`], env);
  assert.is(said.code, 0, said.stderr);
  assert.match(said.stderr, 'docker-credential-nosuch');
});

test.run();
