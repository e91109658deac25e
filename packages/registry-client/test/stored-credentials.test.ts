import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scriptedRegistry, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  authFilePaths,
  dockerConfigCredentials,
  dockerConfigPath,
  loginPath,
  storedCredentials,
} from '../src/index.ts';
import { inProcess } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function lookUp(config: unknown, registry: string, repository?: string) {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'config.json');
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
  return await dockerConfigCredentials(path)(registry, repository);
}

test('the file is where docker has it', () => {
  assert.is(dockerConfigPath({ HOME: '/home/a' }), '/home/a/.docker/config.json');
  assert.is(dockerConfigPath({ HOME: '/home/a', DOCKER_CONFIG: '/etc/d' }), '/etc/d/config.json');
});

test('auth is user and password; a password may hold colons', async () => {
  const config = { auths: { 'registry.test:5000': { auth: base64('me:pass:word') } } };
  assert.equal(await lookUp(config, 'registry.test:5000'), {
    username: 'me',
    password: 'pass:word',
  });
});

test('credentials of one port are not those of another, nor of a host below', async () => {
  const config = { auths: { 'registry.test:5000': { auth: base64('me:pw') } } };
  for (const other of ['registry.test', 'registry.test:5001', 'a.registry.test:5000']) {
    assert.is(await lookUp(config, other), undefined, other);
  }
});

test('docker hub is found under each of its names', async () => {
  for (const key of ['https://index.docker.io/v1/', 'docker.io', 'registry-1.docker.io']) {
    const config = { auths: { [key]: { auth: base64('me:pw') } } };
    assert.is((await lookUp(config, 'docker.io'))?.username, 'me', key);
  }
});

test('other forms: fields, tokens, an entry whose secret is elsewhere', async () => {
  const config = {
    auths: {
      a: { username: 'u', password: 'p' },
      'https://b/v2/': { identitytoken: 'refresh' },
      c: { registrytoken: 'bearer' },
      d: {},
    },
  };
  assert.equal(await lookUp(config, 'a'), { username: 'u', password: 'p' });
  assert.equal(await lookUp(config, 'b'), { identityToken: 'refresh' });
  assert.equal(await lookUp(config, 'c'), { registryToken: 'bearer' });
  assert.is(await lookUp(config, 'd'), undefined);
});

test('no file and no auths are no credentials', async () => {
  assert.is(await dockerConfigCredentials('/nonexistent/config.json')('a'), undefined);
  assert.is(await lookUp({}, 'a'), undefined);
});

test('a file that the user named must be there, where a login is asked for', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'nosuch.json');
  const find = dockerConfigCredentials(path, { mustExist: true });
  const error = await expectCode(find('r.test'), 'CREDENTIALS_INVALID');
  assert.match(error.message, path);
  await using registry = await scriptedRegistry((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  const said = await inProcess(['manifest', `${registry.host}/a`, '--authfile', path]);
  assert.is(said.code, 1);
  assert.match(said.stderr, path);
});

test('a file that cannot be understood is named, and its secret is not', async () => {
  const broken = [
    '{',
    '[]x',
    { auths: 3 },
    { auths: { a: 'x' } },
    { auths: { a: { auth: 'c2VjcmV0' } } },
    { credsStore: '../../bin/sh' },
    { credsStore: 3 },
    { credHelpers: { a: 'x;y' } },
    { credHelpers: 'x' },
  ];
  for (const config of broken) {
    const error = await expectCode(lookUp(config, 'a'), 'CREDENTIALS_INVALID');
    assert.match(error.message, 'config.json');
    assert.not.match(error.message + String(error.hint), /secret|c2VjcmV0/);
  }
});

test('podman’s keys: the longest path that covers the repository, and whole parts of it', async () => {
  const entry = (name: string) => ({ auth: base64(`${name}:pw`) });
  const config = {
    auths: {
      'r.test': entry('all'),
      'r.test/team': entry('team'),
      'r.test/team/app': entry('app'),
      'docker.io/library': entry('official'),
    },
  };
  for (const [registry, repository, user] of [
    ['r.test', undefined, 'all'],
    ['r.test', 'other', 'all'],
    ['r.test', 'team', 'team'],
    ['r.test', 'team/tool', 'team'],
    ['r.test', 'team/app', 'app'],
    ['r.test', 'team/app/deep', 'app'],
    ['r.test', 'team/apple', 'team'],
    ['r.test', 'teams', 'all'],
    ['docker.io', 'library/busybox', 'official'],
    ['docker.io', 'user/app', undefined],
    ['r.test:443', 'team/app', undefined],
  ] as const) {
    assert.is((await lookUp(config, registry, repository))?.username, user, repository);
  }
});

test('the path of an address, and the version of an API, are no repository', async () => {
  for (const key of ['https://r.test/v2/', 'http://r.test/team', 'r.test/v1', 'r.test/v1/']) {
    const config = { auths: { [key]: { auth: base64('me:pw') } } };
    assert.is((await lookUp(config, 'r.test', 'a'))?.username, 'me', key);
  }
});

test('files in their order: the one that is named, docker’s, podman’s', async () => {
  await using directory = await temporaryDirectory();
  const env = {
    HOME: join(directory.path, 'home'),
    XDG_RUNTIME_DIR: join(directory.path, 'run'),
    REGISTRY_AUTH_FILE: join(directory.path, 'named.json'),
  };
  const paths = authFilePaths(env);
  assert.equal(
    paths.map((path) => path.slice(directory.path.length)),
    [
      '/named.json',
      '/home/.docker/config.json',
      '/run/containers/auth.json',
      '/home/.config/containers/auth.json',
    ],
  );
  assert.is(loginPath(env), paths[0]);
  assert.is(loginPath({ HOME: env.HOME }), paths[1]);
  for (const path of paths.toReversed()) {
    const auths = { 'r.test': { auth: base64(`${path}:pw`) } };
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify({ auths }));
    assert.is((await storedCredentials(env)('r.test'))?.username, path);
  }
});

test.run();
