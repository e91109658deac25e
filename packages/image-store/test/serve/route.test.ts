import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDigest } from '@ctrkit/oci';
import { isTag, parseTarget } from '../../src/serve/route.ts';
import type { Route } from '../../src/serve/route.ts';

const digest = parseDigest(`sha256:${'a'.repeat(64)}`);

const routes: [string, Route][] = [
  ['/v2', { kind: 'base' }],
  ['/v2/', { kind: 'base' }],
  ['/v2/_catalog?n=3', { kind: 'catalog' }],
  ['/v2/a/tags/list', { kind: 'tags', repository: 'a' }],
  ['/v2/a/b/c/manifests/v1', { kind: 'manifest', repository: 'a/b/c', reference: 'v1' }],
  ['/v2/manifests/manifests/v1', { kind: 'manifest', repository: 'manifests', reference: 'v1' }],
  [`/v2/a/blobs/${digest}`, { kind: 'blob', repository: 'a', digest }],
  [`/v2/a/blobs/${digest.replace(':', '%3A')}`, { kind: 'blob', repository: 'a', digest }],
  ['/v2/a/blobs/uploads/', { kind: 'uploads', repository: 'a' }],
  ['/v2/a/blobs/uploads', { kind: 'uploads', repository: 'a' }],
  ['/v2/a/blobs/uploads/some-id', { kind: 'upload', repository: 'a', id: 'some-id' }],
  [`/v2/a/referrers/${digest}`, { kind: 'referrers', repository: 'a', digest }],
];

for (const [url, expected] of routes) {
  test(`reads ${url}`, () => {
    assert.equal(parseTarget(url).route, expected);
  });
}

const refused: [string, string][] = [
  ['/v2/../etc/manifests/v1', 'NAME_INVALID'],
  ['/v2/a/../b/manifests/v1', 'NAME_INVALID'],
  ['/v2/a%2f..%2fb/manifests/v1', 'NAME_INVALID'],
  ['/v2/a%2fb/manifests/v1', 'NAME_INVALID'],
  ['/v2/%2e%2e/manifests/v1', 'NAME_INVALID'],
  ['/v2/a%00/manifests/v1', 'NAME_INVALID'],
  ['/v2/%zz/manifests/v1', 'NAME_INVALID'],
  ['/v2/%ff/manifests/v1', 'NAME_INVALID'],
  ['/v2//manifests/v1', 'NAME_INVALID'],
  ['/v2/manifests/v1', 'NAME_INVALID'],
  ['/v2/Upper/manifests/v1', 'NAME_INVALID'],
  ['/v2/a___b/manifests/v1', 'NAME_INVALID'],
  ['/v2/-a/manifests/v1', 'NAME_INVALID'],
  [`/v2/${'a'.repeat(256)}/manifests/v1`, 'NAME_INVALID'],
  ['/v2/a/blobs/sha256:abc', 'DIGEST_INVALID'],
  ['/v2/a/blobs/..%2f..%2findex.json', 'DIGEST_INVALID'],
  [`/v2/a/blobs/md5:${'a'.repeat(32)}`, 'DIGEST_INVALID'],
  [`/v2/a/blobs/SHA256:${'a'.repeat(64)}`, 'DIGEST_INVALID'],
  [`/v2/a/blobs/sha256:${'A'.repeat(64)}`, 'DIGEST_INVALID'],
  [`/v2/a/blobs/sha256:${'a'.repeat(64)}%00`, 'DIGEST_INVALID'],
  ['/v1/_ping', 'UNSUPPORTED'],
  ['/v2/a/nothing', 'UNSUPPORTED'],
  ['/v2/_catalog/', 'UNSUPPORTED'],
  ['*', 'UNSUPPORTED'],
  ['', 'UNSUPPORTED'],
];

for (const [url, code] of refused) {
  test(`refuses ${url.slice(0, 60)}`, () => {
    try {
      parseTarget(url);
      assert.unreachable();
    } catch (error) {
      assert.is((error as { code: string }).code, code);
    }
  });
}

test('a name of repeated separators is read in no time', () => {
  const started = performance.now();
  assert.throws(() => parseTarget(`/v2/${'a-'.repeat(50_000)}/manifests/v1`));
  assert.ok(performance.now() - started < 1000);
});

test('tags have at most 128 characters of their alphabet', () => {
  assert.ok(isTag('v1.0_x-Y'));
  assert.ok(isTag('a'.repeat(128)));
  for (const bad of ['', '.a', '-a', 'a/b', 'a b', 'a:b', 'a'.repeat(129), '..']) {
    assert.not(isTag(bad), bad);
  }
});

test.run();
