import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { collectUnusedLayers, unusedLayers } from '../src/index.ts';
import type { Engine } from '../src/index.ts';
import { codeOf, forge, idOf, recordOf, testEngine } from './fixture.ts';

const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string]; // prettier-ignore

/** A store with unpacked layers that no image has. */
function withLayers({ root }: Engine): void {
  for (const hex of [first, second, third]) {
    const layer = join(root, 'layers/sha256', hex);
    mkdirSync(join(layer, 'fs'), { recursive: true });
    writeFileSync(join(layer, 'fs/file'), 'four');
  }
}

function withSpec({ root }: Engine, id: string, spec: string): void {
  const bundle = join(root, 'containers', id, 'bundle');
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), spec);
}

const stored = ({ root }: Engine): string[] => readdirSync(join(root, 'layers/sha256')).toSorted();

test('layers of containers stay, wherever the store was when they were made; others go', async () => {
  await using engine = await testEngine();
  withLayers(engine);
  forge(engine, recordOf({ id: idOf('a') }));
  // Those of a normal user with subordinate ids are in a directory of their own.
  const lowers = [`layers/sha256/${first}`, `layers/ids-1/sha256/${second}`].map((layer) => `/somewhere/else/${layer}/fs`); // prettier-ignore
  const root = { destination: '/', options: [`lowerdir=${lowers.join(':')}`] };
  withSpec(engine, idOf('a'), JSON.stringify({ mounts: [root] }));
  assert.deepEqual(await unusedLayers(engine), [`sha256:${third}`]);
  const result = await collectUnusedLayers(engine);
  assert.deepEqual(result, { deleted: [`sha256:${third}`], reclaimed: 4, deferred: false });
  assert.deepEqual(stored(engine), [first, second]);
});

test('a container that cannot be read might stand on any of them: none goes, and it is named', async () => {
  await using engine = await testEngine();
  withLayers(engine);
  forge(engine, recordOf({ id: idOf('a') }));
  withSpec(engine, idOf('a'), '{');
  assert.equal(await codeOf(() => collectUnusedLayers(engine)), 'CONTAINER_DAMAGED');
  assert.equal(stored(engine).length, 3);
  assert.deepEqual(readdirSync(join(engine.root, 'layers/collectors')), []);
});

test('what a command that died was making keeps nothing', async () => {
  await using engine = await testEngine();
  withLayers(engine);
  withSpec(engine, idOf('b'), '{');
  assert.equal((await collectUnusedLayers(engine)).deleted.length, 3);
  assert.deepEqual(stored(engine), []);
});

test.run();
