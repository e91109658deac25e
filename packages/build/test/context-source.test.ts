import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseContextSource, parseGitRemote, parseNamedContext } from '@ctrkit/build';
import type { ContextSource } from '@ctrkit/build';
import { failureOf } from './context-helpers.ts';

function described(source: ContextSource): string {
  switch (source.type) {
    case 'directory':
      return `directory ${source.path}`;
    case 'stdin':
      return 'stdin';
    case 'url':
      return `url ${source.url.href}`;
    case 'git': {
      const { url, ref = '', subdirectory = '' } = source.remote;
      return `git ${url} ${ref} ${subdirectory}`.trim();
    }
    default:
      return `${source.type} ${source.reference}`;
  }
}

const nowhere = (): boolean => false;

for (const [text, expected] of [
  ['.', 'directory .'],
  ['-', 'stdin'],
  ['some/where', 'directory some/where'],
  ['https://host/context.tar.gz', 'url https://host/context.tar.gz'],
  ['http://host/Dockerfile', 'url http://host/Dockerfile'],
  ['https://host/me/it.git', 'git https://host/me/it.git'],
  ['https://host/me/it.git#v1', 'git https://host/me/it.git v1'],
  ['https://host/me/it.git#v1:sub/dir', 'git https://host/me/it.git v1 sub/dir'],
  ['https://host/me/it.git#:sub', 'git https://host/me/it.git  sub'],
  ['https://host/me/it.git#refs/heads/a/b', 'git https://host/me/it.git refs/heads/a/b'],
  ['https://host/me/it#v1', 'url https://host/me/it#v1'],
  ['git://host/it', 'git git://host/it'],
  ['ssh://git@host:22/it', 'git ssh://git@host:22/it'],
  ['git@host:me/it.git#v1', 'git git@host:me/it.git v1'],
  ['github.com/me/it', 'git https://github.com/me/it'],
  ['github.com/me/it#v1:d', 'git https://github.com/me/it v1 d'],
  ['ftp://host/it', 'directory ftp://host/it'],
  ['file:///etc', 'directory file:///etc'],
] as const) {
  test(`context ${text}`, () => {
    assert.is(described(parseContextSource(text, nowhere)), expected);
  });
}

test('what is there is a directory, whatever it looks like', () => {
  assert.is(described(parseContextSource('github.com/me/it', () => true)), 'directory github.com/me/it'); // prettier-ignore
});

for (const [text, expected] of [
  ['base=docker-image://alpine:3', 'base image alpine:3'],
  ['Base=docker-image://alpine@sha256:x', 'base image alpine@sha256:x'],
  ['l=oci-layout://./dir:tag', 'l layout ./dir:tag'],
  ['src=../other', 'src directory ../other'],
  ['src=https://host/it.git#v1', 'src git https://host/it.git v1'],
  ['a=b=c', 'a directory b=c'],
] as const) {
  test(`--build-context ${text}`, () => {
    const { name, source } = parseNamedContext(text, nowhere);
    assert.is(`${name} ${described(source)}`, expected);
  });
}

test('--build-context without a name', async () => {
  for (const text of ['src', '=x']) {
    const failure = failureOf(Promise.resolve().then(() => parseNamedContext(text, nowhere)));
    assert.match(await failure, /^ARGUMENT_INVALID: invalid context value: /);
  }
});

for (const text of [
  'https://host/it.git#--upload-pack=touch /tmp/decoy',
  'https://host/it.git#-x',
  'https://host/it.git#+refs/heads/a',
  'https://host/it.git#a..b',
  'https://host/it.git#a b',
  'https://host/it.git#a@{1}',
  'https://host/it.git#HEAD^{/x}',
  'ssh://-oProxyCommand=touch /it.git',
  'ssh://-oProxyCommand=touch/it',
  'ssh://git@-oProxyCommand=x/it',
  'git://-host/it',
  'git:///it',
]) {
  test(`refused: ${text}`, async () => {
    const failure = failureOf(Promise.resolve().then(() => parseGitRemote(text)));
    assert.match(await failure, /^CONTEXT_INVALID: /);
  });
}

test.run();
