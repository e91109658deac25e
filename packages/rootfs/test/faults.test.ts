import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { identityOf, killProcess } from '@ctrkit/durable';
import { blobPath, openLayout, readBlob, resolveImage } from '@ctrkit/layout';
import type { Layout, ResolvedImage } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import { ensureLayers, unpackImage } from '@ctrkit/rootfs';
import { listTree, makeImageLayout, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, when } from './helpers.ts';

const asRoot = when(needs('root'));
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

const content = (seed: number, size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i += 4) bytes.writeUInt32LE(Math.imul(i + seed, 2654435761) >>> 0, i);
  return bytes;
};

const layer = (seed: number, size = 1 << 16, files = 20): Buffer =>
  tarOf([
    { path: `d${seed}`, type: 'Directory' },
    ...Array.from({ length: files }, (_, i) => ({
      path: `d${seed}/f${i}`,
      type: 'File' as const,
      content: content(seed * 1000 + i, size),
    })),
  ]);

async function makeImage(
  directory: string,
  layers: Buffer[],
): Promise<{ layout: Layout; image: ResolvedImage }> {
  await mkdir(directory, { recursive: true });
  await makeImageLayout(directory, { layers });
  const layout = await openLayout(directory);
  return { layout, image: await resolveImage(layout) };
}

/** What stands below `layers/`: finished layers, and what is half-made. */
async function stored(root: string): Promise<string[]> {
  return await readdir(join(root, 'layers', 'sha256')).catch(() => []);
}

asRoot('a layer that is cut short, or has other bytes, leaves nothing', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1), layer(2)]);
  const root = join(base.path, 'root');
  async function* cut(descriptor: ResolvedImage['configDescriptor']): AsyncGenerator<Uint8Array> {
    let left = descriptor.size >> 1;
    for await (const chunk of readBlob(layout, descriptor)) {
      yield chunk.subarray(0, Math.min(left, chunk.length));
      left -= chunk.length;
      if (left <= 0) return;
    }
  }
  assert.is(await codeOf(ensureLayers(layout, image, { root, source: cut })), 'LAYER_CORRUPT');
  async function* damaged(
    descriptor: ResolvedImage['configDescriptor'],
  ): AsyncGenerator<Uint8Array> {
    for await (const chunk of readBlob(layout, descriptor)) {
      chunk[chunk.length >> 1] = (chunk[chunk.length >> 1] ?? 0) ^ 0x55;
      yield chunk;
    }
  }
  const code = await codeOf(ensureLayers(layout, image, { root, source: damaged }));
  assert.match(code, /LAYER_CORRUPT|LAYER_INVALID|DIFF_ID_MISMATCH/);
  assert.equal(await stored(root), []);
});

asRoot('a source that fails at its end leaves nothing, whatever it gave before', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1)]);
  const root = join(base.path, 'root');
  async function* failing(
    descriptor: ResolvedImage['configDescriptor'],
  ): AsyncGenerator<Uint8Array> {
    yield* readBlob(layout, descriptor);
    throw Object.assign(new Error('the digest is wrong'), { code: 'DIGEST_MISMATCH' });
  }
  assert.is(
    await codeOf(ensureLayers(layout, image, { root, source: failing })),
    'DIGEST_MISMATCH',
  );
  assert.equal(await stored(root), []);
});

asRoot(
  'layers are unpacked as their blobs arrive; one that will not come is an error',
  async () => {
    await using base = await temporaryDirectory();
    const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1), layer(2)]);
    const root = join(base.path, 'root');
    const away = (blob: string): string => `${blob}.away`;
    const blobs = image.manifest.layers.map(({ digest }) => blobPath(layout, digest));
    for (const blob of blobs) await rename(blob, away(blob));
    const arrived = async ({ digest }: { digest: Digest }): Promise<void> => {
      const blob = blobPath(layout, digest);
      if (blob === blobs[1]) throw Object.assign(new Error('no more'), { code: 'CONNECTION_LOST' });
      await rename(away(blob), blob);
    };
    assert.is(await codeOf(ensureLayers(layout, image, { root, arrived })), 'CONNECTION_LOST');
    for (const blob of blobs) await rename(away(blob), blob).catch(() => {});
    const waits = (): Promise<void> => sleep(10);
    const lowers = await ensureLayers(layout, image, { root, arrived: waits });
    assert.is(lowers.length, 2);
    assert.is((await stored(root)).length, 2);
  },
);

asRoot('a blob that was damaged on disk is said to be so, however that shows', async () => {
  for (const compression of ['gzip', 'none'] as const) {
    await using base = await temporaryDirectory();
    const place = join(base.path, 'layout');
    await mkdir(place);
    await makeImageLayout(place, { layers: [layer(1)], compression });
    const layout = await openLayout(place);
    const image = await resolveImage(layout);
    const [descriptor] = image.manifest.layers;
    assert.ok(descriptor !== undefined);
    const path = blobPath(layout, descriptor.digest);
    const right = await readFile(path);
    // The first byte of a header, the middle of the contents, the last of what closes the stream.
    for (const at of [0, right.length >> 1, right.length - 1]) {
      const wrong = Buffer.from(right);
      wrong[at] = (wrong[at] ?? 0) ^ 0x55;
      await writeFile(path, wrong);
      const root = join(base.path, `root-${at}`);
      assert.is(await codeOf(ensureLayers(layout, image, { root })), 'DIGEST_MISMATCH');
      assert.equal(await stored(root), []);
      const target = join(base.path, `target-${at}`);
      assert.is(await codeOf(unpackImage(layout, image, target)), 'DIGEST_MISMATCH');
      assert.not((await readdir(base.path)).includes(`target-${at}`));
    }
    await writeFile(path, right.subarray(0, -1));
    const root = join(base.path, 'root');
    assert.is(await codeOf(ensureLayers(layout, image, { root })), 'SIZE_MISMATCH');
    await writeFile(path, right);
    assert.is(await codeOf(ensureLayers(layout, image, { root })), 'success');
  }
});

asRoot('a layer whose diff id lies leaves nothing, and the others are whole', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1), layer(2)]);
  const root = join(base.path, 'root');
  const [first, second] = image.config.rootfs.diff_ids;
  assert.ok(first !== undefined && second !== undefined);
  const lying = { ...image.config, rootfs: { ...image.config.rootfs, diff_ids: [first, first] } };
  assert.is(
    await codeOf(ensureLayers(layout, { ...image, config: lying }, { root, concurrency: 1 })),
    'success',
  );
  const swapped = {
    ...image.config,
    rootfs: { ...image.config.rootfs, diff_ids: [second, first] },
  };
  assert.is(
    await codeOf(ensureLayers(layout, { ...image, config: swapped }, { root })),
    'DIFF_ID_MISMATCH',
  );
  assert.equal((await stored(root)).length, 1);
  const short = { ...image.config, rootfs: { ...image.config.rootfs, diff_ids: [first] } };
  assert.is(
    await codeOf(ensureLayers(layout, { ...image, config: short }, { root })),
    'LAYERS_MISMATCH',
  );
});

asRoot('an abort leaves nothing', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1), layer(2)]);
  const root = join(base.path, 'root');
  const controller = new AbortController();
  async function* slow(descriptor: ResolvedImage['configDescriptor']): AsyncGenerator<Uint8Array> {
    for await (const chunk of readBlob(layout, descriptor)) {
      yield chunk.subarray(0, chunk.length >> 1);
      controller.abort();
      yield chunk.subarray(chunk.length >> 1);
    }
  }
  const { signal } = controller;
  const error = await ensureLayers(layout, image, { root, source: slow, signal }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.is((error as Error | undefined)?.name, 'AbortError');
  assert.equal(await stored(root), []);
});

/** Starts `rootfs bundle` and kills it, or its helper, after some milliseconds. */
async function killed(
  root: string,
  layout: string,
  bundle: string,
  after: number,
  who: 'node' | 'helper',
): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=@ctrkit/source',
      bin,
      '--root',
      root,
      'bundle',
      `oci:${layout}`,
      bundle,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'close');
  if (who === 'node') {
    await sleep(after);
    child.kill('SIGKILL');
  } else {
    await killHelper(child.pid ?? 0);
  }
  await ended;
}

// The first that is met alive: one that tries whether an overlay can be made ends at once.
async function killHelper(parent: number): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    const { stdout } = await run(['ps', '-o', 'pid=,comm=', '--ppid', String(parent)]);
    const pid = /(\d+) ctr-helper/.exec(stdout)?.[1];
    const identity = pid === undefined ? undefined : identityOf(Number(pid));
    if (identity !== undefined && killProcess(identity)) return;
    await sleep(2);
  }
  throw new Error(`no helper of process ${parent} was met alive`);
}

asRoot('killed at any moment, it leaves only whole layers, and the next one works', async () => {
  await using base = await temporaryDirectory();
  const place = join(base.path, 'layout');
  const { layout, image } = await makeImage(place, [
    layer(1, 1 << 20),
    layer(2, 1 << 20),
    layer(3, 1 << 20),
  ]);
  const whole = join(base.path, 'whole');
  const expected = await Promise.all(
    (await ensureLayers(layout, image, { root: whole })).map((path) => listTree(path)),
  );
  const moments = [500, 600, 700, 800, 900, 1000].map((after) => ({ after, who: 'node' as const }));
  for (const [i, { after, who }] of [...moments, { after: 0, who: 'helper' as const }].entries()) {
    const root = join(base.path, `root-${i}`);
    await killed(root, place, join(base.path, `bundle-${i}`), after, who);
    for (const name of await stored(root)) {
      if (name.startsWith('.tmp-')) continue;
      const record = JSON.parse(
        await readFile(join(root, 'layers', 'sha256', name, 'layer.json'), 'utf8'),
      );
      assert.match((record as { diffId: string }).diffId, name);
    }
    const lowers = await ensureLayers(layout, image, { root });
    assert.equal(await Promise.all(lowers.map((path) => listTree(path))), expected);
    assert.equal(
      (await stored(root)).filter((name) => name.startsWith('.tmp-')),
      [],
    );
  }
});

asRoot(
  'a helper that is killed while unpacking is an error with a code, and leaves nothing',
  async () => {
    await using base = await temporaryDirectory();
    const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1)]);
    const root = join(base.path, 'root');
    async function* killing(
      descriptor: ResolvedImage['configDescriptor'],
    ): AsyncGenerator<Uint8Array> {
      await killHelper(process.pid);
      yield* readBlob(layout, descriptor);
    }
    assert.is(await codeOf(ensureLayers(layout, image, { root, source: killing })), 'HELPER_DIED');
    assert.equal(await stored(root), []);
  },
);

asRoot('a layer of another boot is made again unless it was synced', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1), layer(2)]);
  const root = join(base.path, 'root');
  const lowers = await ensureLayers(layout, image, { root });
  const [first, second] = lowers.map((path) => join(path, '..'));
  assert.ok(first !== undefined && second !== undefined);
  // The marks are made by a process that outlives the call, when the disk has all that it was given, by anybody.
  const isSynced = async (path: string): Promise<boolean> =>
    (await readdir(path)).includes('synced');
  const deadline = Date.now() + 90_000;
  while (!((await isSynced(first)) && (await isSynced(second))) && Date.now() < deadline) {
    await sleep(20);
  }
  assert.ok(await isSynced(first));
  for (const path of [first, second]) {
    const record = JSON.parse(await readFile(join(path, 'layer.json'), 'utf8')) as object;
    await writeFile(join(path, 'layer.json'), JSON.stringify({ ...record, bootId: 'another' }));
    await writeFile(join(path, 'fs', 'mark'), 'the old one');
  }
  await run(['rm', join(first, 'synced')]);
  assert.equal(await ensureLayers(layout, image, { root }), lowers);
  assert.not.ok((await readdir(join(first, 'fs'))).includes('mark'));
  assert.ok((await readdir(join(second, 'fs'))).includes('mark'));
  assert.equal(await readdir(join(root, 'trash')), []);
});

asRoot('a full file system is told by name, and nothing is left', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1, 1 << 20)]);
  const small = join(base.path, 'small');
  await mkdir(small);
  await run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'test', small]);
  try {
    assert.is(await codeOf(ensureLayers(layout, image, { root: join(small, 'root') })), 'NO_SPACE');
    assert.equal(await stored(join(small, 'root')), []);
    assert.is(await codeOf(unpackImage(layout, image, join(small, 'target'))), 'NO_SPACE');
    assert.equal(await readdir(small), ['root']);
  } finally {
    await run(['umount', small]);
  }
});

asRoot('many at once make each layer whole', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1), layer(2)]);
  const root = join(base.path, 'root');
  const all = await Promise.all(
    Array.from({ length: 6 }, () => ensureLayers(layout, image, { root })),
  );
  for (const lowers of all) assert.equal(lowers, all[0]);
  assert.equal((await stored(root)).length, 2);
});

asRoot('a target that is not empty is left as it is', async () => {
  await using base = await temporaryDirectory();
  const { layout, image } = await makeImage(join(base.path, 'layout'), [layer(1)]);
  const target = join(base.path, 'target');
  await mkdir(target);
  await writeFile(join(target, 'mine'), '');
  assert.is(await codeOf(unpackImage(layout, image, target)), 'TARGET_NOT_EMPTY');
  assert.is(await codeOf(unpackImage(layout, image, join(target, 'mine'))), 'TARGET_INVALID');
  assert.equal(await readdir(target), ['mine']);
});

test.run();
