import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { openImageStore } from '@ctrkit/image-store';
import { directoryTree, packTree } from '@ctrkit/rootfs';
import { makeImageLayout, needs, run, tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { flattenImage, imageTree, listImageFiles, prepareImage } from '../src/index.ts';
import type { Engine, LayerNode } from '../src/index.ts';
import { codeOf, testEngine } from './fixture.ts';
import type { TestEngine } from './fixture.ts';

const file = (path: string, content = path): TarEntry => ({ path, type: 'File', content });

async function add(engine: TestEngine, name: string, ...layers: TarEntry[][]): Promise<void> {
  const source = join(engine.directory, `source-${name}`);
  await makeImageLayout(source, { layers: layers.map(tarOf), config: { Cmd: ['sh', name] } });
  await (await openImageStore(engine)).import(source, { name: `${name}:1` });
}

const shape = (nodes: readonly LayerNode[]): unknown =>
  nodes.map(({ images, layers, size }) => [
    images.flatMap(({ tags }) => tags).join(' '),
    size,
    ...(layers.length === 0 ? [] : [shape(layers)]),
  ]);

async function several(): Promise<TestEngine> {
  const engine = await testEngine();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => [file(name, 'x'.repeat(10))]) as [TarEntry[], TarEntry[], TarEntry[], TarEntry[]]; // prettier-ignore
  await add(engine, 'base', a);
  await add(engine, 'one', a, b);
  await add(engine, 'two', a, b, c);
  await add(engine, 'other', a, d);
  await add(engine, 'alone', d);
  return engine;
}

test('tree: the layers of all images, those that several have once', async () => {
  await using engine = await several();
  assert.equal(shape((await imageTree(engine)).layers), [
    ['base:1', undefined, [
      ['one:1', undefined, [['two:1', undefined]]],
      ['other:1', undefined],
    ]],
    ['alone:1', undefined],
  ]); // prettier-ignore
});

test('tree of one image: its own layers, and with its children what stands upon its lowest', async () => {
  await using engine = await several();
  const { image, layers } = await imageTree(engine, 'one:1');
  assert.equal(image?.tags, ['one:1']);
  assert.ok((image?.size ?? 0) > 0);
  assert.equal(shape(layers), [['base:1', undefined, [['one:1', undefined]]]]);
  const all = await imageTree(engine, 'one:1', { isWithChildren: true });
  assert.equal(shape(all.layers), shape((await imageTree(engine)).layers.slice(0, 1)));
  assert.is(await codeOf(() => imageTree(engine, 'absent')), 'IMAGE_NOT_FOUND');
});

const pathsOf = async (engine: Engine, layer?: string): Promise<string[]> =>
  (await listImageFiles(engine, 'web:1', { layer })).map(
    ({ layer: number, type, path }) => `${number} ${type} ${path}`,
  );

async function withRemovals(): Promise<TestEngine> {
  const engine = await testEngine();
  const d = { path: 'd', type: 'Directory', mode: 0o750 } as const;
  await add(
    engine,
    'web',
    [d, file('d/a'), file('f', 'secret'), { path: 'l', type: 'SymbolicLink', linkpath: 'f' }],
    [file('.wh.f'), d, file('d/.wh..wh..opq'), file('d/b')],
    [{ path: 'n', type: 'Link', linkpath: 'l' }],
  );
  return engine;
}

test('files: what each layer has and removes', async () => {
  await using engine = await withRemovals();
  const first = ['1 directory /d', '1 file /d/a', '1 file /f', '1 symlink /l'];
  const second = ['2 directory /d', '2 removed /d/*', '2 file /d/b', '2 removed /f'];
  assert.equal(await pathsOf(engine), [...first, ...second, '3 file /n']);
  for (const layer of ['2', '-2']) assert.equal(await pathsOf(engine, layer), second);
  const [chosen] = (await imageTree(engine, 'web:1')).layers;
  for (const layer of [chosen?.diffId, chosen?.diffId.slice(7, 15)]) {
    assert.equal(await pathsOf(engine, layer), first);
  }
  for (const layer of ['0', '4', '-4', 'abcdef0123456789', 'sha256:', '..']) {
    assert.is(await codeOf(() => pathsOf(engine, layer)), 'LAYER_NOT_FOUND', layer);
  }
  const [directory, , f, link] = await listImageFiles(engine, 'web:1', { layer: '1' });
  assert.equal(directory, { layer: 1, path: '/d', type: 'directory', mode: 0o750, uid: 0, gid: 0 });
  assert.is(f?.size, 'secret'.length);
  assert.is(link?.target, 'f');
});

if (needs('root', 'overlay')) {
  test('flatten: one layer with all files, and nothing of what was hidden', async () => {
    await using engine = await withRemovals();
    const id = await flattenImage(engine, 'web:1', { name: 'flat:1', changes: ['USER 5'] });
    const store = await openImageStore(engine);
    const flat = await store.find('flat:1');
    assert.is(flat?.id, id);
    assert.is(flat?.manifest.layers.length, 1);
    assert.equal(flat?.config.config, { Cmd: ['sh', 'web'], User: '5' });
    assert.equal(
      flat?.config.history?.map(({ comment }) => comment),
      ['flattened: 3 layers'],
    );
    const files = await listImageFiles(engine, 'flat:1');
    assert.equal(
      files.map(({ path, type }) => `${type} ${path}`),
      ['directory /d', 'file /d/b', 'symlink /l', 'symlink /n'],
    );
    using ready = await prepareImage(engine, 'flat:1', { pull: 'never' });
    const again = await buffer(packTree(directoryTree(ready.layers[0] ?? ''), { withRoot: true }));
    const twice = await flattenImage(engine, 'flat:1');
    const other = await store.find(twice);
    assert.equal(other?.config.rootfs, flat?.config.rootfs);
    assert.is((await run(['tar', '-t'], { input: again })).stdout, './\nd/\nd/b\nl\nn\n');
    assert.equal((await store.verify()).problems, []);
    assert.is(await codeOf(() => flattenImage(engine, 'absent')), 'IMAGE_NOT_FOUND');
  });
}

test.run();
