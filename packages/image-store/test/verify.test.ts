import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blobPath, readBlob } from '@ctrkit/layout';
import { parseDigest } from '@ctrkit/oci';
import { makeImageLayout } from '@ctrkit/testing';
import type { MadeImage } from '@ctrkit/testing';
import type { FetchAgain, Problem } from '../src/index.ts';
import { addImage, blobsOf, codeOf, digestsOf, layerOf, testStore } from './support.ts';
import type { TestStore } from './support.ts';

const NAME = 'quay.io/team/app:1';

interface Pair extends AsyncDisposable {
  /** The store that is damaged. */
  readonly on: TestStore;
  readonly image: MadeImage;
  /** Fetches from another store that has the image; records what it was asked for. */
  readonly fetchAgain: FetchAgain;
  readonly asked: string[];
  readonly path: (digest: string) => string;
}

async function pair(): Promise<Pair> {
  const [on, other] = [await testStore(), await testStore()];
  const layers = [layerOf('one'), layerOf('two')];
  const image = await addImage(on, NAME, { layers });
  await addImage(other, NAME, { layers });
  const asked: string[] = [];
  return {
    on,
    image,
    asked,
    fetchAgain: (from, blob) => {
      asked.push(`${from.registry}/${from.repository} ${blob.digest}`);
      return readBlob(other.store.layout, blob);
    },
    path: (digest) => blobPath(on.store.layout, parseDigest(digest)),
    async [Symbol.asyncDispose]() {
      await on[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

const codes = (problems: readonly Problem[]): string[] => problems.map(({ code }) => code);

test('a sound store has no problem, and every blob was read', async () => {
  await using it = await pair();
  const result = await it.on.store.verify();
  assert.equal(result.problems, []);
  assert.is(result.blobs, 4);
  const sizes = [it.image.manifest, it.image.config, ...it.image.layers].map(({ size }) => size);
  assert.is(
    result.bytes,
    sizes.reduce((sum, size) => sum + size, 0),
  );
});

/** What is done to a blob, and what is found then. */
const damages: Record<string, [(path: string) => Promise<unknown>, string]> = {
  'a missing': [(path) => rm(path), 'BLOB_MISSING'],
  'a shortened': [
    async (path) => writeFile(path, (await readFile(path)).subarray(1)),
    'SIZE_WRONG',
  ],
  'an altered': [
    async (path) => {
      const bytes = await readFile(path);
      bytes[5] = (bytes[5] ?? 0) ^ 1;
      await writeFile(path, bytes);
    },
    'DIGEST_WRONG',
  ],
  'a directory in place of a': [
    async (path) => {
      await rm(path);
      await mkdir(path);
      await writeFile(join(path, 'x'), 'x');
    },
    'NOT_A_FILE',
  ],
  'a link to nowhere in place of a': [
    async (path) => {
      await rm(path);
      await symlink('/nonexistent', path);
    },
    'BLOB_MISSING',
  ],
};

const parts: Record<string, (image: MadeImage) => string> = {
  manifest: ({ manifest }) => manifest.digest,
  configuration: ({ config }) => config.digest,
  layer: ({ layers }) => layers[1]?.digest ?? '',
};

for (const [what, [damage, code]] of Object.entries(damages)) {
  for (const [part, digestOf] of Object.entries(parts)) {
    test(`${what} ${part} is found, told with what to pull, and repaired`, async () => {
      await using it = await pair();
      const digest = digestOf(it.image);
      await damage(it.path(digest));
      const { problems } = await it.on.store.verify();
      const [problem] = problems;
      assert.equal(codes(problems), [code]);
      assert.is(problem?.digest, digest);
      assert.equal(problem?.images, [NAME]);
      assert.equal(problem?.pull, [`quay.io/team/app@${it.image.manifest.digest}`]);
      const result = await it.on.store.verify({ repair: it.fetchAgain });
      assert.equal(codes(result.repaired), [code]);
      assert.equal(result.problems, []);
      assert.equal(it.asked, [`quay.io/team/app ${digest}`]);
      assert.equal((await it.on.store.verify()).problems, []);
      assert.equal(await blobsOf(it.on.root), digestsOf(it.image));
    });
  }
}

test('everything missing comes back, round by round', async () => {
  await using it = await pair();
  for (const digest of digestsOf(it.image)) await rm(it.path(digest));
  const result = await it.on.store.verify({ repair: it.fetchAgain });
  assert.equal(result.problems, []);
  assert.equal(await blobsOf(it.on.root), digestsOf(it.image));
});

test('what arrives wrong is not taken, and the reason told', async () => {
  await using it = await pair();
  const digest = it.image.layers[0]?.digest ?? '';
  await rm(it.path(digest));
  async function* evil(): AsyncGenerator<Buffer> {
    yield Buffer.from('evil');
  }
  const { problems, repaired } = await it.on.store.verify({ repair: evil });
  assert.equal(codes(problems), ['BLOB_MISSING']);
  assert.ok(problems[0]?.repairError);
  assert.equal(repaired, []);
  assert.not(await blobsOf(it.on.root).then((all) => all.includes(digest)));
});

test('a damaged blob stays where it is until there is a better one', async () => {
  await using it = await pair();
  const path = it.path(it.image.config.digest);
  await writeFile(path, 'damaged');
  // oxlint-disable-next-line require-yield
  async function* unreachable(): AsyncGenerator<Buffer> {
    throw new Error('the registry is down');
  }
  const { problems } = await it.on.store.verify({ repair: unreachable });
  assert.is(problems[0]?.repairError, 'the registry is down');
  assert.is(await readFile(path, 'utf8'), 'damaged');
});

test('a nameless image tells what it is, and that no registry has it', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'x');
  const image = await makeImageLayout(directory, { layers: [layerOf('x')] });
  await on.store.import(directory);
  await rm(blobPath(on.store.layout, parseDigest(image.config.digest)));
  const { problems } = await on.store.verify();
  assert.equal(problems[0]?.images, [image.manifest.digest]);
  assert.equal(problems[0]?.pull, []);
});

/** Puts an image into a store whose configuration or manifest is changed before it is hashed. */
async function addChanged(
  { root, store }: TestStore,
  name: string,
  change: { diffIds?: string[]; config?: Buffer },
): Promise<void> {
  const put = async (bytes: Buffer): Promise<{ digest: string; size: number }> => {
    const { createHash } = await import('node:crypto');
    const hex = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(root, 'blobs', 'sha256', hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const oci = 'application/vnd.oci.image';
  const layer = await put(layerOf(name));
  const rootfs = { type: 'layers', diff_ids: change.diffIds ?? [layer.digest] };
  const config = change.config ?? json({ architecture: 'amd64', os: 'linux', rootfs });
  const manifest = await put(
    json({
      schemaVersion: 2,
      mediaType: `${oci}.manifest.v1+json`,
      config: { mediaType: `${oci}.config.v1+json`, ...(await put(config)) },
      layers: [{ mediaType: `${oci}.layer.v1.tar`, ...layer }],
    }),
  );
  const { updateIndex } = await import('@ctrkit/layout');
  await updateIndex(store.layout, (index) => ({
    ...index,
    manifests: [
      ...index.manifests,
      {
        mediaType: `${oci}.manifest.v1+json`,
        digest: parseDigest(manifest.digest),
        size: manifest.size,
        annotations: { 'io.containerd.image.name': name },
      },
    ],
  }));
}

test('right blobs that contradict each other are found, and cannot be repaired', async () => {
  for (const [what, change, code] of [
    ['wrong diff id', { diffIds: [`sha256:${'0'.repeat(64)}`] }, 'DIFF_ID_WRONG'],
    ['too few diff ids', { diffIds: [] }, 'IMAGE_INVALID'],
    ['no configuration', { config: Buffer.from('{}') }, 'IMAGE_INVALID'],
  ] as const) {
    await using on = await testStore();
    await addChanged(on, 'quay.io/a/b:1', { ...change } as { diffIds?: string[] });
    const { problems } = await on.store.verify();
    assert.equal(codes(problems), [code], what);
    const result = await on.store.verify({ repair: () => assert.unreachable() as never });
    assert.equal(codes(result.problems), [code], what);
    assert.ok(result.problems[0]?.repairError);
  }
});

test('garbage must be sound as well: it is told, and removed by a repair', async () => {
  await using it = await pair();
  const path = it.path(`sha256:${'0'.repeat(64)}`);
  await writeFile(path, 'not that');
  const { problems } = await it.on.store.verify();
  assert.equal(codes(problems), ['DIGEST_WRONG']);
  assert.equal(problems[0]?.images, []);
  assert.equal((await it.on.store.verify({ images: [NAME] })).problems, []);
  assert.equal((await it.on.store.verify({ repair: it.fetchAgain })).problems, []);
  assert.equal(await blobsOf(it.on.root), digestsOf(it.image));
});

test('what is no blob is told, and left to its owner', async () => {
  await using it = await pair();
  const foreign = [join(it.on.root, 'blobs', 'sha256', 'README'), join(it.on.root, 'blobs', 'md5')];
  for (const path of foreign) await writeFile(path, 'x');
  const { problems } = await it.on.store.verify({ repair: it.fetchAgain });
  assert.equal(codes(problems), ['FOREIGN_FILE', 'FOREIGN_FILE']);
  assert.equal(problems.map(({ path }) => path).toSorted(), foreign.toSorted());
  for (const path of foreign) assert.is(await readFile(path, 'utf8'), 'x');
});

test('a shared layer is read once and told once, with both images', async () => {
  await using on = await testStore();
  const shared = layerOf('shared');
  const image = await addImage(on, 'a:1', { layers: [shared] });
  await addImage(on, 'b:1', { layers: [shared, layerOf('own')] });
  await rm(blobPath(on.store.layout, parseDigest(image.layers[0]?.digest)));
  const { problems } = await on.store.verify();
  assert.equal(codes(problems), ['BLOB_MISSING']);
  assert.equal(problems[0]?.images, ['docker.io/library/a:1', 'docker.io/library/b:1']);
  assert.is(problems[0]?.pull.length, 2);
});

test('only what was asked for', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await addImage(on, 'b:1');
  await rm(blobPath(on.store.layout, parseDigest(image.config.digest)));
  assert.equal(codes((await on.store.verify({ images: ['a:1'] })).problems), ['BLOB_MISSING']);
  assert.equal((await on.store.verify({ images: ['b:1'] })).problems, []);
  assert.is(await codeOf(on.store.verify({ images: ['nosuch'] })), 'IMAGE_NOT_FOUND');
});

test('of an index the platforms that were never pulled are no damage, a part of one is', async () => {
  await using on = await testStore();
  const source = join(on.aside, 'source');
  const amd = await makeImageLayout(source, { layers: [layerOf('1')], architecture: 'amd64' });
  const arm = await makeImageLayout(source, { layers: [layerOf('2')], architecture: 'arm64' });
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { ...amd.manifest, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm.manifest, platform: { os: 'linux', architecture: 'arm64' } },
    ],
  };
  const bytes = Buffer.from(JSON.stringify(index));
  const { createHash } = await import('node:crypto');
  const hex = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(source, 'blobs', 'sha256', hex), bytes);
  const entry = { mediaType: index.mediaType, digest: `sha256:${hex}`, size: bytes.length };
  await writeFile(
    join(source, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [entry] }),
  );
  await on.store.import(source, { name: 'app:1' });
  const path = (digest: string): string => blobPath(on.store.layout, parseDigest(digest));
  assert.equal((await on.store.verify()).problems, []);
  await rm(path(arm.layers[0]?.digest ?? ''));
  assert.equal(codes((await on.store.verify()).problems), ['BLOB_MISSING']);
  for (const digest of [arm.manifest.digest, arm.config.digest]) await rm(path(digest));
  assert.equal((await on.store.verify()).problems, []);
});

test('a signal ends it', async () => {
  await using it = await pair();
  const failing = it.on.store.verify({ signal: AbortSignal.abort(new Error('enough')) });
  assert.is(await failing.catch((error: Error) => error.message), 'enough');
});

test('an image whose indexes list each other many times is taken, told of and verified', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'nested');
  const { manifest } = await makeImageLayout(directory, { layers: [layerOf('x')] });
  let target: object = manifest;
  for (let depth = 0; depth < 7; depth += 1) {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const manifests = Array.from({ length: 24 }, () => target);
    const text = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
    const hex = createHash('sha256').update(text).digest('hex');
    await writeFile(join(directory, 'blobs/sha256', hex), text);
    target = { mediaType, digest: `sha256:${hex}`, size: text.length };
  }
  const index = JSON.stringify({ schemaVersion: 2, manifests: [target] });
  await writeFile(join(directory, 'index.json'), index);
  await on.store.import(directory, { name: 'nested:1' });
  await on.store.usage();
  assert.equal((await on.store.verify()).problems, []);
  await (await on.store.export(['nested:1'])).toArray();
});

test.run();
