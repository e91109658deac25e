import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { stopContainer, verifyImages } from '../src/index.ts';
import type { Engine } from '../src/index.ts';
import { canRun, importBusybox, inWorld, worldOf } from './world.ts';

/** A file of the only layer of an engine. */
function fileIn({ root }: Engine): string {
  const layers = join(root, 'layers/sha256');
  return join(layers, readdirSync(layers)[0] ?? '', 'fs/bin/busybox');
}

if (canRun()) {
  inWorld('a damaged layer is told, and made again by a repair', async (world) => {
    const { image } = worldOf(world, await importBusybox(world, world.directory));
    assert.deepEqual((await verifyImages(world)).layers, []);
    const path = fileIn(world);
    const whole = readFileSync(path);
    writeFileSync(path, 'damaged');
    const [damaged] = (await verifyImages(world, { images: [image.name] })).layers;
    assert.ok(damaged);
    // All of its names are links to it.
    assert.equal(damaged.paths.length, 100);
    assert.equal(damaged.repaired, false);
    assert.deepEqual(damaged.images, ['docker.io/library/busybox:latest']);
    // Whoever makes a container of it has found its layers already.
    const [claimed] = (await verifyImages(world, { repair: true })).layers;
    assert.equal(claimed?.repaired, false);
    assert.match(claimed?.repairError ?? '', /another command/);
    assert.equal(readFileSync(path, 'utf8'), 'damaged');
    image.release();
    const repaired = await verifyImages(world, { repair: true });
    assert.deepEqual(
      repaired.layers.map((layer) => layer.repaired),
      [true],
    );
    assert.ok(readFileSync(path).equals(whole));
    assert.deepEqual((await verifyImages(world)).layers, []);
  });

  inWorld('who repairs asks registries as pull does; who does not needs none', async (world) => {
    await importBusybox(world, world.directory);
    const { CTR_REGISTRIES: before } = process.env;
    process.env['CTR_REGISTRIES'] = join(world.directory, 'registries.json');
    writeFileSync(process.env['CTR_REGISTRIES'], 'damaged');
    try {
      assert.deepEqual((await verifyImages(world)).layers, []);
      await assert.rejects(verifyImages(world, { repair: true }), { code: 'REGISTRIES_INVALID' });
    } finally {
      if (before === undefined) delete process.env['CTR_REGISTRIES'];
      else process.env['CTR_REGISTRIES'] = before;
    }
  });

  inWorld('what a running container stands on is left alone', async (world) => {
    const own = worldOf(world, await importBusybox(world, world.directory));
    const id = await own.detached('sleep 1000');
    const path = fileIn(world).replace('bin/busybox', 'new');
    writeFileSync(path, 'foreign');
    const [damaged] = (await verifyImages(world, { repair: true })).layers;
    assert.equal(damaged?.repaired, false);
    assert.equal(readFileSync(path, 'utf8'), 'foreign');
    own.image.release();
    assert.match(
      (await verifyImages(world, { repair: true })).layers[0]?.repairError ?? '',
      /stop it first/,
    );
    await stopContainer(world, id, { timeout: 0 });
    const [repaired] = (await verifyImages(world, { repair: true })).layers;
    assert.equal(repaired?.repaired, true);
  });
}

test.run();
