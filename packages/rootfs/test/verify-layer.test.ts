import { appendFile, chmod, chown, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, resolveImage } from '@ctrkit/layout';
import type { Layout, ResolvedImage } from '@ctrkit/layout';
import { discardLayer, ensureLayers, layersOf, verifyLayer } from '@ctrkit/rootfs';
import type { LayerDamage } from '@ctrkit/rootfs';
import { makeImageLayout, needs, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const asRoot = when(needs('root'));

const entries: TarEntry[] = [
  { path: 'd/', type: 'Directory' },
  { path: 'd/f', type: 'File', content: 'contents', uid: 7 },
  { path: 'd/g', type: 'Link', linkpath: 'd/f' },
  { path: 'l', type: 'SymbolicLink', linkpath: '/etc/passwd' },
  { path: 'null', type: 'CharacterDevice', devmaj: 1, devmin: 3 },
  { path: 'fifo', type: 'FIFO' },
  { path: 'implied/x', type: 'File', content: '' },
  { path: '.wh.gone', type: 'File', content: '' },
];

interface Unpacked extends AsyncDisposable {
  readonly root: string;
  readonly layout: Layout;
  readonly image: ResolvedImage;
  /** What is found at every layer. */
  readonly damages: () => Promise<LayerDamage[]>;
}

async function unpacked(...layers: TarEntry[][]): Promise<Unpacked> {
  const directory = await temporaryDirectory();
  const source = join(directory.path, 'source');
  await makeImageLayout(source, { layers: layers.map(tarOf) });
  const [root, layout] = [join(directory.path, 'root'), await openLayout(source)];
  await mkdir(root);
  const image = await resolveImage(layout);
  await ensureLayers(layout, image, { root });
  return {
    root,
    layout,
    image,
    damages: async () => {
      const found = [];
      const layers = layersOf(image);
      for (const at of layers.keys()) found.push(await verifyLayer(layout, layers.slice(0, at + 1), { root })); // prettier-ignore
      return found.filter((damage) => damage !== undefined);
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

const base = [
  { path: 'a', type: 'File', content: 'a' },
  { path: 'sub/', type: 'Directory', mode: 0o700 },
] as TarEntry[];
const leaning: TarEntry[] = [
  { path: 'b', type: 'Link', linkpath: 'a' },
  { path: 'sub/x', type: 'File', content: 'x' },
];

asRoot('a layer as it was unpacked is sound, also one that leans on others', async () => {
  await using one = await unpacked(entries);
  assert.equal(await one.damages(), []);
  await using two = await unpacked(base, leaning);
  assert.equal(await two.damages(), []);
});

asRoot('one that is not unpacked has no damage', async () => {
  await using it = await unpacked(entries);
  await discardLayer(it.root, layersOf(it.image)[0]?.diffId ?? `sha256:`);
  assert.equal(await it.damages(), []);
});

const damages: Record<string, [(fs: string) => Promise<unknown>, string[]]> = {
  'other bytes of the same length': [
    (fs) => writeFile(join(fs, 'd/f'), 'CONTENTS'),
    ['/d/f', '/d/g'],
  ],
  'more bytes': [(fs) => appendFile(join(fs, 'implied/x'), 'x'), ['/implied/x']],
  'a missing file': [(fs) => rm(join(fs, 'd/f')), ['/d/f']],
  'a missing whiteout': [(fs) => rm(join(fs, 'gone')), ['/gone']],
  'a foreign file': [(fs) => writeFile(join(fs, 'd/new'), ''), ['/d/new']],
  'another mode': [(fs) => chmod(join(fs, 'd'), 0o777), ['/d']],
  'another owner': [(fs) => chown(join(fs, 'implied/x'), 1, 1), ['/implied/x']],
  'a link that leads elsewhere': [
    async (fs) => {
      await rm(join(fs, 'l'));
      await symlink('/etc/shadow', join(fs, 'l'));
    },
    ['/l'],
  ],
  'a file where a device was': [
    async (fs) => {
      await rm(join(fs, 'null'));
      await writeFile(join(fs, 'null'), '');
    },
    ['/null'],
  ],
  'a link in place of a directory': [
    async (fs) => {
      await rm(join(fs, 'implied'), { recursive: true });
      await symlink('d', join(fs, 'implied'));
    },
    ['/implied', '/implied/x'],
  ],
};

for (const [what, [damage, paths]] of Object.entries(damages)) {
  asRoot(`${what}: found, and made again`, async () => {
    await using it = await unpacked(entries);
    const [layer] = layersOf(it.image);
    assert.ok(layer);
    const name = layer.diffId.slice('sha256:'.length);
    await damage(join(it.root, 'layers', 'sha256', name, 'fs'));
    const [found] = await it.damages();
    assert.equal(found?.paths, paths);
    await discardLayer(it.root, found?.id ?? layer.diffId);
    await ensureLayers(it.layout, it.image, { root: it.root });
    assert.equal(await it.damages(), []);
    assert.equal(await readdir(join(it.root, 'trash')), []);
  });
}

test.run();
