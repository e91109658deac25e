import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openGitContext, parseGitRemote } from '@ctrkit/build';
import type { Context, GitContextOptions } from '@ctrkit/build';
import { needs, run as runProgram } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contextOf, failureOf, selected, when } from './context-helpers.ts';
import type { ContextPlace } from './context-helpers.ts';
import { commit, gitDaemon, gitIn, gitOverHttp } from './git-server.ts';

const withGit = when(needs('command:git'));

async function open(
  { cacheDirectory }: ContextPlace,
  url: string,
  options: Partial<GitContextOptions> = {},
): Promise<Context> {
  const remote = parseGitRemote(url);
  if (remote === undefined) throw new Error(`${url} is no repository`);
  return await openGitContext(remote, { cacheDirectory, ...options });
}

const files = async (context: Context): Promise<string> =>
  (await selected(context, { sources: ['.'] })).join(' ');

withGit('branches, tags, commits, directories', async () => {
  await using place = await contextOf({});
  const repository = join(place.outside, 'it');
  const first = await commit(repository, { one: '1', 'sub/dir/f': 'x' });
  await gitIn(repository, 'tag', '-a', '-m', 'x', 'v1');
  await gitIn(repository, 'checkout', '-q', '-b', 'side/branch');
  await commit(repository, { side: '2' });
  await gitIn(repository, 'checkout', '-q', 'main');
  await commit(repository, { two: '3' });
  await using daemon = await gitDaemon(place.outside);
  for (const [fragment, expected] of [
    ['', './: ./ one sub/ sub/dir/ sub/dir/f two'],
    ['#v1', './: ./ one sub/ sub/dir/ sub/dir/f'],
    ['#refs/tags/v1', './: ./ one sub/ sub/dir/ sub/dir/f'],
    ['#side/branch', './: ./ one side sub/ sub/dir/ sub/dir/f'],
    [`#${first}`, './: ./ one sub/ sub/dir/ sub/dir/f'],
    [`#${first.slice(0, 10)}`, './: ./ one sub/ sub/dir/ sub/dir/f'],
    ['#main:sub/dir', './: ./ f'],
    ['#:/sub/', './: ./ dir/ dir/f'],
    ['#:sub/../sub/./dir', './: ./ f'],
  ] as const) {
    await using context = await open(place, `${daemon.origin}/it${fragment}`);
    assert.is(await files(context), expected, fragment);
  }
  await using kept = await open(place, `${daemon.origin}/it`, { keepGitDir: true });
  assert.match((await kept.readFile('.git/HEAD', 100))?.toString() ?? '', first.length === 40 ? /^[0-9a-f]{40}\n$/ : ''); // prettier-ignore
  await kept[Symbol.asyncDispose]();
  assert.equal(readdirSync(join(place.cacheDirectory, 'scratch')), []);
});

withGit('over http, with a login in the address that nobody is told', async () => {
  await using place = await contextOf({});
  await commit(join(place.outside, 'it'), { one: '1' });
  await using open1 = await gitOverHttp(place.outside);
  {
    await using context = await open(place, `${open1.origin}/it.git`);
    assert.is(await files(context), './: ./ one');
  }
  await using closed = await gitOverHttp(place.outside, 'me:secret');
  await using context = await open(place, `http://me:secret@${closed.host}/it.git`);
  assert.is(await files(context), './: ./ one');
  const failure = await failureOf(open(place, `http://me:wrong-secret@${closed.host}/it.git`));
  assert.match(failure, /^CONTEXT_INVALID: http:\/\/127/);
  assert.not.match(failure, 'wrong-secret');
  // Nobody is asked for a password.
  assert.match(await failureOf(open(place, `${closed.origin}/it.git`)), /^CONTEXT_INVALID: /);
});

withGit('permissions are the same whatever the umask', async () => {
  await using place = await contextOf({});
  await commit(join(place.outside, 'it'), { 'd/f': '1' });
  await using daemon = await gitDaemon(place.outside);
  const digests = new Set<string>();
  for (const umask of [0o022, 0o077]) {
    const before = process.umask(umask);
    try {
      await using context = await open(place, `${daemon.origin}/it`);
      digests.add((await context.select({ sources: ['.'] })).digest);
    } finally {
      process.umask(before);
    }
  }
  assert.is(digests.size, 1);
});

withGit('what is not there', async () => {
  await using place = await contextOf({});
  await commit(join(place.outside, 'it'), { one: '1' });
  await using daemon = await gitDaemon(place.outside);
  for (const url of ['/absent', '/it#absent', '/it#0123456789', '/it#main:absent', '/it#:one']) {
    assert.match(await failureOf(open(place, `${daemon.origin}${url}`)), /^CONTEXT_INVALID: /, url);
  }
  assert.equal(readdirSync(join(place.cacheDirectory, 'scratch')), []);
});

withGit('a directory that is a link is refused (CVE-2024-23651)', async () => {
  await using place = await contextOf({});
  const repository = join(place.outside, 'it');
  await commit(repository, { link: '->/etc', up: '->../../..', 'd/in': '->../d', 'd/f': '' });
  await using daemon = await gitDaemon(place.outside);
  for (const directory of ['link', 'up', 'up/outside', 'd/in', '../../outside', 'd/../link']) {
    const failure = await failureOf(open(place, `${daemon.origin}/it#main:${directory}`));
    assert.match(failure, /^CONTEXT_INVALID: ".*" is no directory of the repository$/, directory);
  }
  await using context = await open(place, `${daemon.origin}/it`);
  assert.match(await failureOf(context.select({ sources: ['link/passwd'] })), 'SOURCE_NOT_FOUND');
});

withGit('nothing of the repository or of the machine is executed', async () => {
  await using place = await contextOf({});
  const decoy = join(place.outside, 'decoy');
  const hooks = join(place.outside, 'hooks');
  const script = `#!/bin/sh\ntouch ${decoy}\n`;
  await mkdir(join(place.outside, 'home', 'templates', 'hooks'), { recursive: true });
  await mkdir(hooks);
  for (const path of [hooks, join(place.outside, 'home', 'templates', 'hooks')]) {
    await writeFile(join(path, 'post-checkout'), script, { mode: 0o755 });
  }
  await writeFile(join(place.outside, 'run'), `${script}cat\n`, { mode: 0o755 });
  const run = join(place.outside, 'run');
  await writeFile(
    join(place.outside, 'home', '.gitconfig'),
    `[core]\n hooksPath = ${hooks}\n fsmonitor = ${run}\n[init]\n templateDir = ${place.outside}/home/templates\n` +
      `[filter "x"]\n smudge = ${run}\n[credential]\n helper = "!${run}"\n[url "ext::${run} %"]\n insteadOf = git://\n`,
  );
  await commit(join(place.outside, 'it'), { '.gitattributes': '* filter=x\n', one: '1' });
  await using daemon = await gitDaemon(place.outside);
  const env = { ...process.env, HOME: join(place.outside, 'home'), GIT_EXTERNAL_DIFF: run, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.hooksPath', GIT_CONFIG_VALUE_0: hooks, GIT_SSH_COMMAND: run }; // prettier-ignore
  await using context = await open(place, `${daemon.origin}/it`, { env });
  assert.is(await files(context), './: ./ .gitattributes one');
  assert.not(existsSync(decoy));
  // What git by itself does with such settings.
  const { PATH = '' } = process.env;
  const clone = [
    'git',
    'clone',
    '-q',
    join(place.outside, 'it'),
    join(place.outside, 'clone'),
  ] as const;
  await runProgram(clone, { env: { PATH, HOME: env.HOME } });
  assert.ok(existsSync(decoy));
});

withGit('submodules come along, but none of this machine', async () => {
  await using place = await contextOf({});
  await commit(join(place.outside, 'part'), { inner: 'x' });
  await using daemon = await gitDaemon(place.outside);
  const repository = join(place.outside, 'it');
  const part = await gitIn(join(place.outside, 'part'), 'rev-parse', 'HEAD');
  const withModule = async (url: string): Promise<void> => {
    await commit(repository, { one: '1' });
    await writeFile(join(repository, '.gitmodules'), `[submodule "p"]\n path = p\n url = ${url}\n`);
    await gitIn(repository, 'update-index', '--add', '--cacheinfo', `160000,${part},p`);
    await gitIn(repository, 'add', '.gitmodules');
    await gitIn(repository, 'commit', '-q', '-m', 'module');
  };
  await withModule('../part');
  {
    await using context = await open(place, `${daemon.origin}/it`);
    assert.is(await files(context), './: ./ .gitmodules one p/ p/inner');
  }
  for (const url of [
    join(place.outside, 'part'),
    `file://${place.outside}/part`,
    `ext::touch ${place.outside}/decoy`,
    '-u./x',
  ]) {
    await appendFile(join(repository, 'one'), 'more');
    await withModule(url);
    assert.match(await failureOf(open(place, `${daemon.origin}/it`)), /^CONTEXT_INVALID: /, url);
    assert.not(existsSync(join(place.outside, 'decoy')));
  }
});

withGit('a fetch that is given up ends, with all that it started', async () => {
  await using place = await contextOf({});
  const controller = new AbortController();
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const opening = open(place, `git://127.0.0.1:${port}/it`, { signal: controller.signal });
  const [socket] = (await once(server, 'connection')) as [Socket];
  const closed = once(socket.resume(), 'close');
  controller.abort(new Error('enough'));
  try {
    await opening;
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'enough');
  }
  await closed;
  assert.equal(readdirSync(join(place.cacheDirectory, 'scratch')), []);
});

test.run();
