import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePlatform } from '@ctrkit/oci';
import { addImage, codeOf, testStore } from './support.ts';

test('finds by all the ways to write a name', async () => {
  await using on = await testStore();
  const { config, manifest } = await addImage(on, 'busybox');
  for (const name of [
    'busybox',
    'busybox:latest',
    'library/busybox',
    'docker.io/busybox',
    'index.docker.io/library/busybox:latest',
    `busybox@${manifest.digest}`,
    `busybox:other@${manifest.digest}`,
  ]) {
    const found = await on.store.find(name);
    assert.is(found?.id, config.digest, name);
    assert.is(found?.name, 'docker.io/library/busybox:latest', name);
    assert.is(found?.target.digest, manifest.digest);
  }
});

test('finds by id, its beginning, and the digests of manifest and config', async () => {
  await using on = await testStore();
  const { config, manifest } = await addImage(on, 'busybox');
  const hex = config.digest.slice(7);
  for (const id of [
    hex,
    config.digest,
    hex.slice(0, 12),
    `sha256:${hex.slice(0, 5)}`,
    manifest.digest,
  ]) {
    assert.is((await on.store.find(id))?.id, config.digest, id);
  }
});

test('answers undefined for what is not there', async () => {
  await using on = await testStore();
  await addImage(on, 'busybox:1');
  const none = '0'.repeat(64);
  for (const name of [
    'busybox',
    'other/busybox:1',
    none,
    `sha256:${none}`,
    `busybox@sha256:${none}`,
  ]) {
    assert.is(await on.store.find(name), undefined, name);
  }
});

test('a name counts before the beginning of an id', async () => {
  await using on = await testStore();
  const first = await addImage(on, 'first');
  const prefix = first.config.digest.slice(7, 11);
  const second = await addImage(on, `${prefix}:latest`);
  assert.is((await on.store.find(prefix))?.id, second.config.digest);
});

test('a beginning that fits several ids is refused; several names of one are not', async () => {
  await using on = await testStore();
  const seen = new Map<string, string>();
  let prefix: string | undefined;
  for (let number = 0; prefix === undefined; number++) {
    const { config } = await addImage(on, `image:${number}`);
    const start = config.digest.slice(7, 8);
    if (seen.has(start)) prefix = start;
    seen.set(start, config.digest);
  }
  assert.is(await codeOf(on.store.find(prefix)), 'AMBIGUOUS_ID');
  await on.store.tag('image:0', 'image:more');
  const id = (await on.store.find('image:0'))?.id ?? '';
  assert.is((await on.store.find(id.slice(7, 27)))?.id, id);
});

test('names that docker refuses are refused', async () => {
  await using on = await testStore();
  for (const name of ['Upper', 'a//b', 'a:', '', ' ', '../x', 'a:b:c', 'x@sha256:1']) {
    assert.is(await codeOf(on.store.find(name)), 'NAME_INVALID', name);
  }
});

test('an image of another platform is told', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  const platform = parsePlatform('linux/s390x');
  assert.is(await codeOf(on.store.find('a:1', { platform })), 'PLATFORM_NOT_FOUND');
});

test.run();
