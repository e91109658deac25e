import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  makeBusyboxLayout,
  needs,
  openTerminal,
  playDockerHub,
  run,
  startDebianRegistry,
  temporaryDirectory,
} from '@ctrkit/testing';
import type { DebianRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registryClient } from './support/command.ts';
import { installHelper } from './support/credential-helper.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

interface Person extends AsyncDisposable {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  login(password: string, ...parameters: string[]): ReturnType<typeof registryClient>;
  auths(): Promise<Record<string, { auth?: string; identitytoken?: string }>>;
}

/** Somebody with a home of their own. */
async function newPerson(more: NodeJS.ProcessEnv = {}): Promise<Person> {
  const home = await temporaryDirectory();
  const env = {
    ...process.env,
    HOME: home.path,
    DOCKER_CONFIG: join(home.path, '.docker'),
    XDG_RUNTIME_DIR: join(home.path, 'run'),
    ...more,
  };
  const parameters = ['login', '-u', 'me', '--password-stdin'];
  return {
    directory: home.path,
    env,
    login: (password, ...rest) =>
      registryClient([...parameters, ...rest], { env, input: `${password}\n` }),
    auths: async () => {
      const text = await readFile(join(home.path, '.docker', 'config.json'), 'utf8');
      return (JSON.parse(text) as { auths: Record<string, object> }).auths;
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

/** Debian's registry that lets in only `me` with the password `secret`, with an image if skopeo is there. */
async function guardedRegistry(): Promise<DebianRegistry> {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'htpasswd');
  // bcrypt of "secret"
  await writeFile(path, `me:$2b$04$xQwLhLw9hZirq2wpTa/8belEtujQXfLlriMaXmhTghu0sFhhQRL/a\n`);
  const registry = await startDebianRegistry({ auth: { htpasswd: { realm: 'test', path } } });
  return {
    ...registry,
    [Symbol.asyncDispose]: async () => {
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('what docker says about flags that do not go together', async () => {
  await using person = await newPerson();
  for (const [parameters, message] of [
    [['--password-stdin', 'r.test'], 'the --password-stdin option requires --username to be set'],
    [['r.test'], 'Cannot perform an interactive login from a non TTY device'],
    [['-u', 'me', '--password-stdin', 'r.test'], 'the password on stdin is empty'],
    [['a b'], 'this is not the name of a registry'],
  ] as const) {
    const { code, stdout, stderr } = await registryClient(['login', ...parameters], person);
    assert.is(code, 1);
    assert.is(stdout, '');
    assert.match(stderr, `registry-client: ${message}\n`);
  }
});

if (needs('command:docker-registry', 'command:skopeo', 'command:busybox')) {
  test('login, pull, logout: with a password in a file that only its owner reads', async () => {
    await using registry = await guardedRegistry();
    await using person = await newPerson();
    const { code, stdout, stderr } = await person.login('secret', registry.host);
    assert.is(code, 0, stderr);
    assert.is(stdout, 'Login Succeeded\n');
    assert.equal(await person.auths(), { [registry.host]: { auth: base64('me:secret') } });
    const { mode } = await stat(join(person.directory, '.docker', 'config.json'));
    assert.is(mode & 0o777, 0o600);
    // It gets as far as that there is no such image.
    const known = await registryClient(['manifest', `${registry.host}/a`], person);
    assert.match(known.stderr, 'manifest unknown');
    const logout = await registryClient(['logout', `https://${registry.host}/v1/`], person);
    assert.equal(
      [logout.code, logout.stdout],
      [0, `Removing login credentials for ${registry.host}\n`],
    );
    assert.equal(await person.auths(), {});
    const unknown = await registryClient(['manifest', `${registry.host}/a`], person);
    assert.match(unknown.stderr, 'pull access denied');
  });

  test('a login that is refused is not kept', async () => {
    await using registry = await guardedRegistry();
    await using person = await newPerson();
    const { code, stdout, stderr } = await person.login('hunter2', registry.host);
    assert.equal([code, stdout], [1, '']);
    const address = `http://${registry.host}/v2/`;
    assert.match(stderr, `login attempt to ${address} failed with status: 401 Unauthorized\n`);
    assert.not.match(stderr, 'hunter2');
    assert.is(await stat(join(person.directory, '.docker')).catch(() => undefined), undefined);
  });

  test('skopeo uses a login of ours, and we one of skopeo’s', async () => {
    await using registry = await guardedRegistry();
    await using person = await newPerson();
    await person.login('secret', registry.host);
    const { env } = person;
    const skopeo = (...parameters: string[]) => run(['skopeo', ...parameters], { env });
    const tls = '--dest-tls-verify=false';
    const source = await temporaryDirectory();
    await makeBusyboxLayout(source.path);
    const pushed = await skopeo(
      'copy',
      tls,
      `oci:${source.path}:latest`,
      `docker://${registry.host}/a/b:1`,
    );
    await source[Symbol.asyncDispose]();
    assert.is(pushed.code, 0, pushed.stderr);
    await registryClient(['logout', registry.host], person);
    const image = `${registry.host}/a/b:1`;
    const pull = async (more: NodeJS.ProcessEnv = {}) =>
      await registryClient(['pull', image, '-o', await mkdtemp(join(person.directory, 'l-'))], {
        env: { ...env, ...more },
      });
    assert.is((await pull()).code, 1);
    // Podman's place of this session, and any file that is named.
    const other = join(person.directory, 'auth.json');
    for (const authfile of [join(person.directory, 'run/containers/auth.json'), other]) {
      const login = await run(
        ['skopeo', 'login', '--tls-verify=false', '-u', 'me', '--password-stdin', registry.host],
        { env: { ...env, REGISTRY_AUTH_FILE: authfile }, input: 'secret' },
      );
      assert.is(login.code, 0, login.stderr);
      const named = authfile === other ? { REGISTRY_AUTH_FILE: other } : {};
      const { code, stderr } = await pull(named);
      assert.is(code, 0, stderr);
      await run(['rm', authfile]);
    }
  });

  test('a helper keeps the secret; it is in no file and no argument', async () => {
    await using registry = await guardedRegistry();
    await using helper = await installHelper('test');
    await using person = await newPerson({ PATH: helper.env['PATH'] });
    await run(['mkdir', join(person.directory, '.docker')]);
    const file = join(person.directory, '.docker', 'config.json');
    await writeFile(file, JSON.stringify({ credsStore: 'test' }));
    assert.is((await person.login('secret', registry.host)).code, 0);
    assert.equal(await person.auths(), { [registry.host]: {} });
    const known = await registryClient(['manifest', `${registry.host}/a`], person);
    assert.match(known.stderr, 'manifest unknown');
    const [stored, got] = await helper.calls();
    assert.is(stored, `store {"ServerURL":"${registry.host}","Username":"me","Secret":"secret"}`);
    assert.is(got, `get ${registry.host}`);
  });
}

if (needs('command:openssl')) {
  test('Docker Hub is the default, under docker’s address', async () => {
    await using hub = await playDockerHub();
    await using person = await newPerson(hub.env);
    const { code, stdout, stderr } = await person.login('secret');
    assert.equal([code, stdout], [0, 'Login Succeeded\n'], stderr);
    assert.equal(await person.auths(), {
      'https://index.docker.io/v1/': { auth: base64('me:secret') },
    });
    const [, asked] = hub.requests;
    assert.is(asked?.url, '/token?service=registry.docker.io&client_id=ctrkit&offline_token=true');
    const logout = await registryClient(['logout'], person);
    assert.is(logout.stdout, 'Removing login credentials for https://index.docker.io/v1/\n');
  });

  test('a registry that gives an identity token: that is kept, the password is not', async () => {
    await using hub = await playDockerHub({ refreshTokens: true });
    await using person = await newPerson(hub.env);
    assert.is((await person.login('secret', 'docker.io')).code, 0);
    const [entry] = Object.values(await person.auths());
    assert.is(entry?.auth, base64('me:'));
    assert.match(entry?.identitytoken ?? '', /^[\w-]{16}$/);
    const image = ['manifest', 'me/private'];
    const { code, stderr } = await registryClient(image, person);
    assert.is(code, 0, stderr);
  });

  test('a wrong password at a token service', async () => {
    await using hub = await playDockerHub();
    await using person = await newPerson(hub.env);
    const { code, stderr } = await person.login('hunter2');
    assert.is(code, 1);
    assert.match(stderr, 'unauthorized: incorrect username or password\n');
  });
}

if (needs('command:docker-registry', 'command:tmux')) {
  test('at a terminal: user and password pasted at once, and the password not shown', async () => {
    await using registry = await guardedRegistry();
    await using person = await newPerson();
    await using terminal = await openTerminal({ env: person.env, cwd: process.cwd() });
    const node = `${process.execPath} --import tsx --conditions=@ctrkit/source ${bin}`;
    await terminal.enter(`${node} login ${registry.host}; echo code=$?`);
    await terminal.shows(/^Username:$/m);
    await terminal.type('me\rsecret\r');
    const shown = await terminal.shows(/code=0/);
    assert.match(shown, /^Username: me\nPassword:$/m);
    assert.not.match(shown, 'secret');
  });

  test('at a terminal: asked for, the password not shown; Ctrl-C ends it', async () => {
    await using registry = await guardedRegistry();
    await using person = await newPerson();
    await using terminal = await openTerminal({ env: person.env, cwd: process.cwd() });
    const node = `${process.execPath} --import tsx --conditions=@ctrkit/source ${bin}`;
    await terminal.enter(`${node} login ${registry.host}; echo code=$?`);
    await terminal.shows(/^Username:$/m);
    await terminal.press('C-c');
    await terminal.shows(/code=130/);
    await terminal.clear();
    await terminal.enter(`${node} login ${registry.host}; echo code=$?`);
    await terminal.shows(/^Username:$/m);
    await terminal.enter('me');
    await terminal.shows(/^Password:$/m);
    await terminal.enter('secret');
    const shown = await terminal.shows(/code=0/);
    assert.match(shown, 'Login Succeeded');
    assert.not.match(shown, 'secret\n');
    assert.match(shown, /^Username: me$/m);
    // The terminal is given back as it was.
    await terminal.enter("stty -a | grep -c ' echo '");
    await terminal.shows(/^1$/m);
    assert.equal(await person.auths(), { [registry.host]: { auth: base64('me:secret') } });
  });
}

test.run();
