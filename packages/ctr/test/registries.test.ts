import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  needs,
  playDockerHub,
  run,
  scriptedRegistry,
  startDebianRegistry,
  temporaryDirectory,
} from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

interface Person extends AsyncDisposable {
  readonly config: string;
  ctr(parameters: readonly string[], input?: string): Promise<RunResult>;
}

/** Somebody at a machine of their own, who runs `ctr`. */
async function newPerson(more: NodeJS.ProcessEnv = {}): Promise<Person> {
  const directory = await temporaryDirectory();
  const home = directory.path;
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, DOCKER_CONFIG: home, ...more };
  const node = ['--import', 'tsx', '--conditions=@ctrkit/source', bin] as const;
  return {
    config: join(home, 'config.json'),
    ctr: (parameters, input = '') =>
      run([process.execPath, ...node, ...parameters], { env, input }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

const unencrypted = (path: string): string =>
  `\nWARNING! Your credentials are stored unencrypted in '${path}'.\n` +
  'Configure a credential helper to remove this warning. See\n' +
  'https://docs.docker.com/go/credential-store/\n\n';

// docker 28.2.2's words; of what its daemon says it puts `Error response from daemon: ` where the name stands here.
test('login: flags that do not go together', async () => {
  await using person = await newPerson();
  for (const [parameters, message] of [
    [[], 'Cannot perform an interactive login from a non TTY device'],
    [['-u', 'x'], 'Cannot perform an interactive login from a non TTY device'],
    [['--password-stdin'], 'the --password-stdin option requires --username to be set'],
    [
      ['-u', 'x', '-p', 'y', '--password-stdin'],
      'conflicting options: cannot specify both --password and --password-stdin',
    ],
  ] as const) {
    const { code, stdout, stderr } = await person.ctr(['login', ...parameters, 'r.test']);
    assert.equal([code, stdout], [1, '']);
    assert.match(stderr, `ctr: ${message}\n`);
  }
});

if (needs('command:docker-registry')) {
  test('login and logout at a registry, word by word', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'htpasswd');
    // bcrypt of "secret"
    await writeFile(path, `me:$2b$04$xQwLhLw9hZirq2wpTa/8belEtujQXfLlriMaXmhTghu0sFhhQRL/a\n`);
    await using registry = await startDebianRegistry({ auth: { htpasswd: { realm: 'x', path } } });
    await using person = await newPerson();
    const login = ['login', '-u', 'me', '--password-stdin', registry.host];
    const good = await person.ctr(login, 'secret\n');
    assert.equal(
      [good.code, good.stdout, good.stderr],
      [0, 'Login Succeeded\n', unencrypted(person.config)],
    );
    const again = await person.ctr(['login', registry.host]);
    assert.equal([again.code, again.stdout], [0, 'Login Succeeded\n']);
    assert.match(again.stderr, 'Authenticating with existing credentials... [Username: me]\n');
    const wrong = await person.ctr(login, 'wrong');
    assert.is(wrong.code, 1);
    const address = `http://${registry.host}/v2/`;
    assert.match(
      wrong.stderr,
      `ctr: login attempt to ${address} failed with status: 401 Unauthorized\n`,
    );
    const seen = await person.ctr(['login', '-u', 'me', '-p', 'secret', registry.host]);
    assert.is(
      seen.stderr,
      'WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n' +
        unencrypted(person.config),
    );
    const logout = await person.ctr(['logout', registry.host]);
    assert.equal(
      [logout.code, logout.stdout, logout.stderr],
      [0, `Removing login credentials for ${registry.host}\n`, ''],
    );
    assert.equal(JSON.parse(await readFile(person.config, 'utf8')), { auths: {} });
    const none = await person.ctr(['logout']);
    assert.is(none.stdout, 'Removing login credentials for https://index.docker.io/v1/\n');
  });
}

const found = [
  { name: 'first', description: 'x', star_count: 1, is_official: false, is_automated: true },
  {
    name: 'nginx',
    description: 'Official build of Nginx.',
    star_count: 20_000,
    is_official: true,
    is_automated: false,
  },
  {
    name: 'user/nginx-very-long',
    description: 'A very long description\nwith newline that goes on and on \u001b[2J and on',
    star_count: 3,
    is_official: false,
    is_automated: false,
  },
];

if (needs('command:openssl')) {
  test('search: docker’s table, formats, filters and limit', async () => {
    await using hub = await playDockerHub({ search: found });
    await using person = await newPerson(hub.env);
    const search = async (...parameters: string[]) =>
      (await person.ctr(['search', ...parameters, 'nginx'])).stdout;
    assert.is(
      await search(),
      'NAME                   DESCRIPTION                                     STARS     OFFICIAL\n' +
        'first                  x                                               1         \n' +
        'nginx                  Official build of Nginx.                        20000     [OK]\n' +
        'user/nginx-very-long   A very long description with newline that go…   3         \n',
    );
    assert.is(hub.requests[0]?.url, '/v1/search?q=nginx&n=25');
    assert.is(
      await search('--format', '{{.Name}}: {{.IsOfficial}} {{.StarCount}}', '--filter', 'stars=3'),
      'nginx: [OK] 20000\nuser/nginx-very-long:  3\n',
    );
    assert.is(
      await search('--format', 'json', '-f', 'is-official=true'),
      '{"Description":"Official build of Nginx.","IsOfficial":"true","Name":"nginx","StarCount":"20000"}\n',
    );
    assert.is(await search('--limit', '1', '--format', '{{.Name}}'), 'first\n');
    assert.match(await search('--no-trunc'), 'on and on \\u001b[2J and on');
  });

  test('search: what cannot be', async () => {
    await using hub = await playDockerHub();
    await using person = await newPerson(hub.env);
    for (const [parameters, code, message] of [
      [['--limit', '101'], 1, 'ctr: limit 101 is outside the range of [1, 100]\n'],
      [['--filter', 'nope=1'], 1, "ctr: invalid filter 'nope'\n"],
      [['--filter', 'stars=x'], 1, "ctr: invalid filter 'stars=x'\n"],
      [['--filter', 'is-official=maybe'], 1, "ctr: invalid filter 'is-official=maybe'\n"],
      [['--filter', 'stars'], 125, 'bad format of filter (expected name=value)'],
    ] as const) {
      const result = await person.ctr(['search', ...parameters, 'nginx']);
      assert.is(result.code, code, result.stderr);
      assert.match(result.stderr, message);
    }
    assert.is(hub.requests.length, 0);
    const nothing = await person.ctr(['search', 'nosuch']);
    assert.is(nothing.stdout, 'NAME      DESCRIPTION   STARS     OFFICIAL\n');
  });
}

test('search elsewhere: by the same API, else in the catalog', async () => {
  await using person = await newPerson();
  for (const [hasIndex, expected] of [
    [true, 'team/web: a site\n'],
    [false, 'team/web: \nweb: \n'],
  ] as const) {
    await using server = await scriptedRegistry((request, response) => {
      if (request.url?.startsWith('/v2/_catalog') === true) {
        return void response.end('{"repositories":["app","team/web","web"]}');
      }
      if (!hasIndex) return void response.writeHead(404).end();
      const results = [{ name: 'team/web', description: 'a site' }];
      response.end(JSON.stringify({ results }));
    });
    const format = ['--format', '{{.Name}}: {{.Description}}'];
    const { code, stdout, stderr } = await person.ctr(['search', ...format, `${server.host}/web`]);
    assert.is(code, 0, stderr);
    assert.is(stdout, expected);
  }
});

test.run();
