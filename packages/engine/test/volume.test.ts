import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createVolume, findVolume, inspectVolume, listVolumes, sweep } from '../src/index.ts';
import { codeOf, forge, idOf, recordOf, testEngine } from './fixture.ts';

test('a volume is made once, whoever asks at the same time, and stays as it is', async () => {
  await using engine = await testEngine();
  const labels = { a: 'b' };
  const made = await Promise.all(
    Array.from({ length: 10 }, () => createVolume(engine, { name: 'data', labels })),
  );
  assert.is(new Set(made.map(({ created }) => created)).size, 1);
  assert.equal((await createVolume(engine, { name: 'data', labels: { c: 'd' } })).labels, labels);
  assert.equal(readdirSync(join(engine.root, 'volumes')), ['data']);
});

test('whatever the umask, everybody in a container passes through it', async () => {
  await using engine = await testEngine();
  const umask = process.umask(0o077);
  try {
    await createVolume(engine, { name: 'data' });
  } finally {
    process.umask(umask);
  }
  assert.is(statSync(findVolume(engine, 'data').mountpoint).mode & 0o7777, 0o755);
  assert.is(statSync(join(engine.root, 'volumes/data')).mode & 0o7777, 0o700);
});

test('one without a name is anonymous, and docker’s label says so', async () => {
  await using engine = await testEngine();
  const { name } = await createVolume(engine);
  assert.match(name, /^[0-9a-f]{64}$/);
  assert.equal(inspectVolume(engine, name)['Labels'], { 'com.docker.volume.anonymous': '' });
  await createVolume(engine, { name: 'data' });
  assert.is(inspectVolume(engine, 'data')['Labels'], null);
});

test('volumes are listed by name, numbers by their value, with those who have them', async () => {
  await using engine = await testEngine();
  for (const name of ['v10', 'v9', 'data', 'V9']) await createVolume(engine, { name });
  forge(engine, recordOf({ mounts: [{ type: 'volume', name: 'v9', target: '/v' }] }));
  assert.equal(
    listVolumes(engine).map(({ name, users }) => [name, ...users]),
    [['V9'], ['data'], ['v9', idOf('a')], ['v10']],
  );
});

test('what has no volume’s name is none, and what was left half-made is swept', async () => {
  await using engine = await testEngine();
  for (const name of ['..', '.claims', 'a/b', '', 'x'.repeat(300)]) {
    assert.is(await codeOf(() => findVolume(engine, name)), 'VOLUME_NOT_FOUND', name);
  }
  await createVolume(engine, { name: 'data' });
  await sweep(engine);
  assert.equal(readdirSync(join(engine.root, 'volumes')), ['data']);
});

test.run();
