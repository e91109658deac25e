import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  forwardProxy,
  needs,
  playDockerHub,
  scriptedRegistry,
  temporaryDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registryClient } from './support/command.ts';
import { installHelper } from './support/credential-helper.ts';

const SECRET = 'hunter2-secret';
const TOKEN = 'aVeryLongBearerToken';
const base64 = Buffer.from(`me:${SECRET}`).toString('base64');

/** Anything that gives one of the secrets away, as it is or as it is sent. */
const leak = new RegExp([SECRET, TOKEN, base64.slice(0, 12), encodeURIComponent(base64)].join('|'));

const commands = (host: string, directory: string) => [
  ['pull', `${host}/a/b`, '-o', join(directory, 'layout')],
  ['manifest', `${host}/a/b`],
  ['tags', `${host}/a/b`],
];

test('whatever a registry answers, no command and no --debug shows a secret', async () => {
  await using directory = await temporaryDirectory();
  const env = { ...process.env, HOME: directory.path, DOCKER_CONFIG: directory.path };
  let mode = '';
  await using server = await scriptedRegistry((request, response) => {
    const { authorization = '' } = request.headers;
    if (request.url?.startsWith('/token') === true) {
      if (mode === 'token') return void response.writeHead(403).end(`{"details":"no ${mode}"}`);
      if (mode === 'malformed') return void response.end(`{"token":"${TOKEN}\\n"}`);
      if (mode === 'no json') return void response.end(`{"token":${TOKEN}}`);
      return void response.end(`{"token":"${TOKEN}"}`);
    }
    if (authorization === '') {
      const realm = `http://${request.headers.host}/token`;
      const challenge = mode === 'basic' ? 'Basic realm="x"' : `Bearer realm="${realm}"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    if (mode === 'hang up') return void response.destroy();
    if (mode === 'redirect') {
      return void response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    }
    response.writeHead(mode === 'broken' ? 400 : 401).end('nothing');
  });
  await writeFile(
    join(directory.path, 'config.json'),
    JSON.stringify({ auths: { [server.host]: { auth: base64 } } }),
  );
  for (mode of ['basic', 'token', 'malformed', 'no json', 'redirect', 'broken', 'refused']) {
    for (const command of commands(server.host, directory.path)) {
      const { code, stdout, stderr } = await registryClient(
        ['--debug', '--error-format', 'json', ...command],
        { env },
      );
      assert.is(code, 1, `${mode}: ${command[0]}`);
      assert.not.match(stdout + stderr, leak, `${mode}: ${stderr}`);
    }
  }
  const sent = new Set(server.requests.map(({ headers }) => headers.authorization));
  // They were in play.
  assert.equal([...sent], [undefined, `Basic ${base64}`, `Bearer ${TOKEN}`]);
});

test('a file of logins that is broken is not quoted', async () => {
  await using directory = await temporaryDirectory();
  await using server = await scriptedRegistry((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  const env = { ...process.env, HOME: directory.path, DOCKER_CONFIG: directory.path };
  for (const text of [`{"auths":{"x":{"password":${SECRET}}}}`, SECRET, `{"a":"${SECRET}"`]) {
    await writeFile(join(directory.path, 'config.json'), text);
    const { code, stderr } = await registryClient(['--debug', 'tags', `${server.host}/a`], { env });
    assert.is(code, 1);
    assert.match(stderr, 'config.json');
    assert.not.match(stderr, leak);
  }
});

test('a password in a proxy’s address is in no message', async () => {
  await using proxy = await forwardProxy({ route: () => undefined, login: 'other' });
  const address = proxy.url.replace('//', `//me:${SECRET}@`);
  const env = { ...process.env, HTTPS_PROXY: address, HTTP_PROXY: address };
  for (const command of commands('registry.test', '/nonexistent')) {
    const { code, stderr } = await registryClient(['--debug', ...command], { env });
    assert.is(code, 1);
    assert.not.match(stderr, leak);
  }
});

if (needs('command:openssl')) {
  test('while it logs in, the password is in no argument of any process of ours', async () => {
    await using hub = await playDockerHub({ users: { me: SECRET } });
    await using directory = await temporaryDirectory();
    await using helper = await installHelper('slow', 'sleep 0.5');
    await writeFile(join(directory.path, 'config.json'), '{"credsStore":"slow"}');
    const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
    const node = ['--import', 'tsx', '--conditions=@ctrkit/source', bin];
    const child = spawn(process.execPath, [...node, 'login', '-u', 'me', '--password-stdin'], {
      env: { ...hub.env, PATH: helper.env['PATH'], DOCKER_CONFIG: directory.path },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const closed = once(child, 'close');
    child.stdin.end(SECRET);
    let looks = 0;
    while (child.exitCode === null) {
      looks += 1;
      for (const line of await argumentsOfAll()) assert.not.match(line, leak);
    }
    await closed;
    assert.is(child.exitCode, 0);
    assert.ok(looks > 3);
    assert.match((await helper.calls()).join('\n'), `store {"ServerURL":`);
  });
}

/** The arguments of every process on this machine. */
async function argumentsOfAll(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return await Promise.all(
    pids.map(async (pid) => await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
}

test.run();
