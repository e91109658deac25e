import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatImageLock, lockedReference, parseImageLock } from '../src/index.ts';
import type { ImageLock } from '../src/index.ts';
import { addImage, codeOf, testStore } from './support.ts';

const digest = `sha256:${'1'.repeat(64)}` as const;
const lock: ImageLock = {
  lockVersion: 1,
  images: {
    'quay.io/b/c:2': {
      digest,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      platforms: { 'linux/arm64': digest, 'linux/amd64': digest },
    },
    'docker.io/library/a:1': { digest, mediaType: 'x/y', platforms: {} },
  },
};

test('what names mean is locked, in an order that stays', async () => {
  await using on = await testStore();
  const b = await addImage(on, 'localhost:5000/b:2', { architecture: 'arm64' });
  const a = await addImage(on, 'a:1', { architecture: 'amd64' });
  const once = formatImageLock(await on.store.lock(['localhost:5000/b:2', 'a:1']));
  const twice = formatImageLock(await on.store.lock(['a:1', 'localhost:5000/b:2']));
  assert.is(once, twice);
  const { images } = parseImageLock(Buffer.from(once), 'x');
  assert.equal(Object.keys(images), ['docker.io/library/a:1', 'localhost:5000/b:2']);
  assert.equal(images['docker.io/library/a:1'], {
    digest: a.manifest.digest,
    mediaType: a.manifest.mediaType,
    platforms: { 'linux/amd64': a.manifest.digest },
  });
  assert.equal(Object.keys(images['localhost:5000/b:2']?.platforms ?? {}), ['linux/arm64']);
  assert.is(images['localhost:5000/b:2']?.digest, b.manifest.digest);
});

test('an id, and what is not there, is not locked', async () => {
  await using on = await testStore();
  const { config } = await addImage(on, 'a:1');
  assert.is(await codeOf(on.store.lock(['nosuch'])), 'IMAGE_NOT_FOUND');
  assert.is(await codeOf(on.store.lock([config.digest.slice(7, 19)])), 'NAME_INVALID');
  assert.is(await codeOf(on.store.lock([config.digest])), 'NAME_INVALID');
});

test('the text comes back as it was', () => {
  const text = formatImageLock(lock);
  assert.is(formatImageLock(parseImageLock(Buffer.from(text), 'x')), text);
  assert.ok(text.endsWith('}\n'));
  assert.ok(text.indexOf('docker.io') < text.indexOf('quay.io'));
  assert.ok(text.indexOf('amd64') < text.indexOf('arm64'));
});

test('a name means its repository at the locked digest, and nothing else', async () => {
  assert.equal(lockedReference(lock, 'a:1'), { registry: 'docker.io', repository: 'library/a', digest }); // prettier-ignore
  const amd64 = { os: 'linux', architecture: 'amd64' };
  assert.is(lockedReference(lock, 'quay.io/b/c:2', { platform: amd64 }).digest, digest);
  const refusals: [string, object, string][] = [
    ['a', {}, 'NOT_LOCKED'],
    ['a:2', {}, 'NOT_LOCKED'],
    ['constructor', {}, 'NOT_LOCKED'],
    ['quay.io/b/c:2', { platform: { os: 'linux', architecture: 's390x' } }, 'NOT_LOCKED'],
    ['UPPER', {}, 'NAME_INVALID'],
  ];
  for (const [name, options, code] of refusals) {
    const looking = Promise.resolve().then(() => lockedReference(lock, name, options));
    assert.is(await codeOf(looking), code, name);
  }
});

test('what is no lockfile is refused', async () => {
  const good = JSON.parse(formatImageLock(lock)) as { images: Record<string, object> };
  const [first] = Object.values(good.images);
  const wrong: unknown[] = [
    {},
    [],
    { lockVersion: 2, images: {} },
    { lockVersion: 1 },
    { lockVersion: 1, images: [] },
    { lockVersion: 1, images: { a: first } },
    { lockVersion: 1, images: { 'docker.io/library/UPPER:1': first } },
    { lockVersion: 1, images: { 'docker.io/library/a:1': {} } },
    { lockVersion: 1, images: { [`docker.io/library/a@sha256:${'a'.repeat(64)}`]: first } },
    { lockVersion: 1, images: { 'docker.io/library/a:1': { ...first, digest: 'sha256:1' } } },
    {
      lockVersion: 1,
      images: { 'docker.io/library/a:1': { ...first, platforms: { 'a/b': 'x' } } },
    },
  ];
  const texts = ['', '{', '{"lockVersion":1,"lockVersion":1,"images":{}}', ...wrong.map((one) => JSON.stringify(one))]; // prettier-ignore
  for (const text of texts) {
    const parsing = Promise.resolve().then(() => parseImageLock(Buffer.from(text), 'x'));
    assert.is(await codeOf(parsing), 'LOCK_INVALID', text);
  }
});

test.run();
