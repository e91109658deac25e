import { writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import {
  decompress,
  nameAnnotations,
  openLayout,
  readBlob,
  readIndex,
  readLayoutTar,
  resolveImage,
  tagManifest,
  writeBlob,
  writeLayoutTar,
} from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { layerCompression } from '@ctrkit/oci';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chunksOf, collect, emptyLayout, identityOf, layerOf } from './helpers.ts';

const busybox = 'docker.io/library/busybox:1.36';

async function ran(...command: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  assert.is(code, 0, `${command.join(' ')}: ${stderr}`);
  return stdout;
}

/** A layout that we alone have written, holding one image. */
async function ours(parent: string, name: string): Promise<Layout> {
  const layout = await emptyLayout(parent, 'ours');
  const tar = layerOf('from us');
  const layer = await writeBlob(layout, undefined, chunksOf(tar));
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [identityOf(tar).digest] },
    history: [{ created_by: 'test' }],
  };
  const configBlob = await writeBlob(
    layout,
    undefined,
    chunksOf(Buffer.from(JSON.stringify(config))),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...configBlob },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  };
  const blob = await writeBlob(layout, undefined, chunksOf(Buffer.from(JSON.stringify(manifest))));
  await tagManifest(layout, name, { mediaType, ...blob });
  return layout;
}

/** The image is there, with what `ours` put into it, down to the file in its layer. */
async function assertOurs(layout: Layout, name: string): Promise<void> {
  const { config, manifest } = await resolveImage(layout, { name });
  assert.equal(config.config.Cmd, ['sh']);
  const [layer] = manifest.layers;
  assert.ok(layer);
  const plain = decompress(readBlob(layout, layer), layerCompression(layer.mediaType));
  assert.ok((await collect(plain)).equals(layerOf('from us')));
}

if (needs('command:skopeo')) {
  test('skopeo reads a layout of ours by its tag, and we read its copy', async () => {
    await using directory = await temporaryDirectory();
    const layout = await ours(directory.path, 'v1');
    const copy = join(directory.path, 'copy');
    await ran('skopeo', 'copy', `oci:${layout.directory}:v1`, `oci:${copy}:v2`);
    await assertOurs(await openLayout(copy), 'v2');
  });

  test('skopeo writes into a layout of ours beside what is there', async () => {
    await using directory = await temporaryDirectory();
    const layout = await ours(directory.path, 'v1');
    await ran('skopeo', 'copy', `oci:${layout.directory}:v1`, `oci:${layout.directory}:v2`);
    await ran(
      'skopeo',
      'copy',
      '--dest-compress-format',
      'zstd',
      '--dest-compress',
      `oci:${layout.directory}:v1`,
      `oci:${layout.directory}:zstd`,
    );
    for (const name of ['v1', 'v2', 'zstd']) await assertOurs(layout, name);
    await tagManifest(layout, 'v3', (await resolveImage(layout, { name: 'v2' })).target);
    assert.match(await ran('skopeo', 'inspect', '--config', `oci:${layout.directory}:v3`), /"sh"/);
  });

  test('skopeo reads an archive of ours as oci-archive, by tag and without', async () => {
    await using directory = await temporaryDirectory();
    const layout = await ours(directory.path, busybox);
    const { target } = await resolveImage(layout, { name: busybox });
    const file = join(directory.path, 'busybox.tar');
    await writeFile(file, writeLayoutTar(layout, [{ name: busybox, descriptor: target }]));
    for (const source of [`oci-archive:${file}`, `oci-archive:${file}:1.36`]) {
      const copy = join(directory.path, `copy-${source.length}`);
      await ran('skopeo', 'copy', source, `oci:${copy}:x`);
      await assertOurs(await openLayout(copy), 'x');
    }
  });

  test('skopeo reads an archive of ours as docker load would, by the full name', async () => {
    await using directory = await temporaryDirectory();
    const layout = await ours(directory.path, busybox);
    const { target } = await resolveImage(layout, { name: busybox });
    const file = join(directory.path, 'busybox.tar');
    await writeFile(file, writeLayoutTar(layout, [{ name: busybox, descriptor: target }]));
    const copy = join(directory.path, 'copy');
    await ran('skopeo', 'copy', `docker-archive:${file}:busybox:1.36`, `oci:${copy}:x`);
    await assertOurs(await openLayout(copy), 'x');
  });

  test('we read an archive that skopeo wrote, plain and compressed', async () => {
    await using directory = await temporaryDirectory();
    const layout = await ours(directory.path, 'v1');
    const file = join(directory.path, 'skopeo.tar');
    await ran('skopeo', 'copy', `oci:${layout.directory}:v1`, `oci-archive:${file}:busybox:1.36`);
    const into = await emptyLayout(directory.path, 'into');
    const [image] = await readLayoutTar(createReadStream(file), into);
    assert.is(image?.name, 'busybox:1.36');
    await assertOurs(into, 'busybox:1.36');
    await ran('gzip', file);
    const again = await emptyLayout(directory.path, 'again');
    await readLayoutTar(createReadStream(`${file}.gz`), again, { nameOf: () => busybox });
    await assertOurs(again, busybox);
  });

  test('the names that a pull records are found by skopeo by their tag', async () => {
    await using directory = await temporaryDirectory();
    const layout = await ours(directory.path, 'temporary');
    const { target } = await resolveImage(layout);
    const annotations = nameAnnotations(busybox);
    await tagManifest(layout, '1.36', { ...target, annotations });
    assert.match(await ran('skopeo', 'inspect', `oci:${layout.directory}:1.36`), /sha256:/);
    assert.is((await resolveImage(layout, { name: busybox })).name, busybox);
  });
}

if (needs('command:umoci')) {
  test('umoci lists, reads and validates a layout of ours', async () => {
    await using directory = await temporaryDirectory();
    const layout = await ours(directory.path, 'v1');
    assert.is((await ran('umoci', 'list', '--layout', layout.directory)).trim(), 'v1');
    const stat = await ran('umoci', 'stat', '--json', '--image', `${layout.directory}:v1`);
    assert.match(stat, /"history"/);
    await ran('umoci', 'gc', '--layout', layout.directory);
    await assertOurs(layout, 'v1');
  });

  test('what umoci makes and changes is read by us, and ours beside it stays', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'umoci');
    await ran('umoci', 'init', '--layout', path);
    await ran('umoci', 'new', '--image', `${path}:empty`);
    const layout = await openLayout(path, { create: true });
    assert.equal((await resolveImage(layout, { name: 'empty' })).manifest.layers, []);
    const mine = await ours(directory.path, 'v1');
    const { target } = await resolveImage(mine);
    await readLayoutTar(writeLayoutTar(mine, [{ name: 'v1', descriptor: target }]), layout);
    await ran('umoci', 'config', '--config.cmd', 'changed', '--image', `${path}:v1`, '--tag', 'v2');
    assert.equal((await resolveImage(layout, { name: 'v2' })).config.config.Cmd, ['changed']);
    await assertOurs(layout, 'v1');
    assert.is((await readIndex(layout)).manifests.length, 3);
  });
}

test.run();
