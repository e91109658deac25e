import {
  digestOf,
  familiarReference,
  formatReference,
  parseReference,
  isNameOnly,
} from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errorOf } from './code-of.ts';

const digest = digestOf('');
const hex = digest.slice('sha256:'.length);

for (const [text, full, familiar] of [
  ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
  ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['index.docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['docker.io/library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['index.docker.io/library/busybox:1', 'docker.io/library/busybox:1', 'busybox:1'],
  ['index.docker.io/user/app', 'docker.io/user/app:latest', 'user/app:latest'],
  // Where Docker Hub's API is, and another registry as far as names go.
  [
    'registry-1.docker.io/busybox',
    'registry-1.docker.io/busybox:latest',
    'registry-1.docker.io/busybox:latest',
  ],
  ['docker.io:443/a', 'docker.io:443/a:latest', 'docker.io:443/a:latest'],
  ['docker.io', 'docker.io/library/docker.io:latest', 'docker.io:latest'],
  ['localhost', 'docker.io/library/localhost:latest', 'localhost:latest'],
  ['localhost:5000', 'docker.io/library/localhost:5000', 'localhost:5000'],
  ['r.io:5000', 'docker.io/library/r.io:5000', 'r.io:5000'],
  ['a.b', 'docker.io/library/a.b:latest', 'a.b:latest'],
  ['LOCALHOST/a', 'LOCALHOST/a:latest', 'LOCALHOST/a:latest'],
  ['127.0.0.1/a', '127.0.0.1/a:latest', '127.0.0.1/a:latest'],
  ['r:1/a', 'r:1/a:latest', 'r:1/a:latest'],
  ['r:99999/a', 'r:99999/a:latest', 'r:99999/a:latest'],
  ['xn--9d0bm53a.test/a', 'xn--9d0bm53a.test/a:latest', 'xn--9d0bm53a.test/a:latest'],
  ['[fe80::1]/a', '[fe80::1]/a:latest', '[fe80::1]/a:latest'],
  ['a/localhost/b', 'docker.io/a/localhost/b:latest', 'a/localhost/b:latest'],
  ['user/app', 'docker.io/user/app:latest', 'user/app:latest'],
  ['library/a/b', 'docker.io/library/a/b:latest', 'library/a/b:latest'],
  ['docker.io/a.b/c', 'docker.io/a.b/c:latest', 'docker.io/a.b/c:latest'],
  ['docker.io/localhost/c', 'docker.io/localhost/c:latest', 'docker.io/localhost/c:latest'],
  ['localhost/busybox', 'localhost/busybox:latest', 'localhost/busybox:latest'],
  ['localhost:5000/busybox', 'localhost:5000/busybox:latest', 'localhost:5000/busybox:latest'],
  ['127.0.0.1:5000/a/b:c', '127.0.0.1:5000/a/b:c', '127.0.0.1:5000/a/b:c'],
  ['[::1]:5000/a', '[::1]:5000/a:latest', '[::1]:5000/a:latest'],
  ['ghcr.io/a/b-c__d.e_f/g', 'ghcr.io/a/b-c__d.e_f/g:latest', 'ghcr.io/a/b-c__d.e_f/g:latest'],
  ['EXAMPLE.com/a', 'EXAMPLE.com/a:latest', 'EXAMPLE.com/a:latest'],
  ['Foo/bar', 'Foo/bar:latest', 'Foo/bar:latest'],
  ['a:_X.y-Z', 'docker.io/library/a:_X.y-Z', 'a:_X.y-Z'],
  ['a---b', 'docker.io/library/a---b:latest', 'a---b:latest'],
  [`busybox@${digest}`, `docker.io/library/busybox@${digest}`, `busybox@${digest}`],
  [`busybox:1@${digest}`, `docker.io/library/busybox:1@${digest}`, `busybox:1@${digest}`],
  [`user/app:1@${digest}`, `docker.io/user/app:1@${digest}`, `user/app:1@${digest}`],
  [`r.io:1/a/b:v1@${digest}`, `r.io:1/a/b:v1@${digest}`, `r.io:1/a/b:v1@${digest}`],
  [`r.io:1/a@${digest}`, `r.io:1/a@${digest}`, `r.io:1/a@${digest}`],
  [`a:${'t'.repeat(128)}`, `docker.io/library/a:${'t'.repeat(128)}`, `a:${'t'.repeat(128)}`],
] as const) {
  test(`${text} is ${full}`, () => {
    const reference = parseReference(text);
    assert.is(formatReference(reference), full);
    assert.is(familiarReference(reference), familiar);
    assert.equal(parseReference(full), reference);
    assert.equal(parseReference(familiar), reference);
  });
}

test('a reference comes apart', () => {
  assert.equal(parseReference('localhost:5000/a/b'), {
    registry: 'localhost:5000',
    repository: 'a/b',
    tag: 'latest',
  });
  assert.equal(parseReference(`a@${digest}`), {
    registry: 'docker.io',
    repository: 'library/a',
    digest,
  });
});

const format = 'invalid reference format';
const lower = (name: string): string => `${format}: repository name (${name}) must be lowercase`;

// docker's own sentences: scripts match on them.
for (const [text, message] of [
  ['', format],
  ['BADNAME', lower('library/BADNAME')],
  ['X:y', lower('library/X')],
  ['a/B', lower('a/B')],
  ['Ä', lower('library/Ä')],
  ['localhost:5000/Up/x:T', lower('Up/x')],
  [hex, `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`],
  ['a:', format],
  [':a', format],
  ['a@', format],
  ['a:b:c', format],
  ['a::b', format],
  ['a b', format],
  [' a', format],
  ['a\n', format],
  ['A\u{1b}[2J', format],
  ['/a', format],
  ['a/', format],
  ['a//b', format],
  ['-a', format],
  ['a-', format],
  ['a..b', format],
  ['a___b', format],
  ['a/../b', format],
  ['../a', format],
  ['a:.b', format],
  ['a:b/c', format],
  ['a:ä', format],
  ['ä', format],
  [`a:${'t'.repeat(129)}`, format],
  ['https://docker.io/a', format],
  ['docker.io/', format],
  ['docker.io/A', lower('library/A')],
  ['my_registry:5000/a', format],
  ['r..io/a', format],
  ['r.io:/a', format],
  ['r.io/-a', format],
  ['r.io/a_', format],
  ['r.io/.a/b', format],
  [`@${digest}`, format],
  [`a@sha256`, format],
  [`a@@${digest}`, format],
  ['r.io:x/a', format],
  ['[::g]/a', format],
  ['-r.io/a', format],
  ['user:pw@r.io/a', format],
  [`a@sha256:${hex.slice(33)}`, format],
  [`a@${digest}:b`, format],
  [`a@sha256:${hex.slice(1)}`, 'invalid checksum digest length'],
  [`a@sha512:${hex}`, 'invalid checksum digest length'],
  [`a@sha256:${hex.toUpperCase()}`, 'invalid checksum digest format'],
  [`a@md5:${hex.slice(32)}`, 'unsupported digest algorithm'],
  ['a'.repeat(256), 'repository name must not be more than 255 characters'],
  ['a/'.repeat(500_000), format],
  [`${'a'.repeat(1_000_000)}.io/b`, format],
] as const) {
  test(`refused: ${JSON.stringify(text.slice(0, 60))}`, () => {
    const error = errorOf(() => parseReference(text));
    assert.is(error.code, 'REFERENCE_INVALID');
    assert.is(error.message, message);
  });
}

test('the longest name', () => {
  assert.is(parseReference('a'.repeat(247)).repository.length, 255);
});

test('what says neither a tag nor a digest is a name only, whatever port it has', () => {
  const zeros = `sha256:${'0'.repeat(64)}`;
  for (const name of ['busybox', 'a/b', 'localhost:5000/b']) assert.ok(isNameOnly(name), name);
  for (const name of ['busybox:1', 'localhost:5000/b:1', `a/b@${zeros}`]) {
    assert.not(isNameOnly(name), name);
  }
});

test.run();
