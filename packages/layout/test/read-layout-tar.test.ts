import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  hasBlob,
  openLayout,
  readIndex,
  readLayoutTar,
  resolveImage,
  writeLayoutTar,
} from '@ctrkit/layout';
import type { Layout, LayoutError } from '@ctrkit/layout';
import { makeImageLayout, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { goodEntries, headerOfSize } from './archive.ts';
import { startChild } from './child.ts';
import {
  chunksOf,
  codeOf,
  collect,
  descriptorOf,
  emptyLayout,
  identityOf,
  layerOf,
  madeLayout,
  noise,
  piecesOf,
  thenSilent,
} from './helpers.ts';
import { rejection } from './rejection.ts';

interface Bench {
  entries: TarEntry[];
  layout: Layout;
  parent: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The entries of a good archive, and an empty layout to take them in. */
async function bench(): Promise<Bench> {
  const directory = await temporaryDirectory();
  const entries = await goodEntries(join(directory.path, 'source'));
  const layout = await emptyLayout(directory.path);
  return {
    entries,
    layout,
    parent: directory.path,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** The index is as it was, nothing half-made is there, and every blob is what its name says. */
async function assertUntouched({ layout, parent }: Bench): Promise<void> {
  assert.equal((await readIndex(layout)).manifests, []);
  const names = await readdir(layout.directory);
  assert.equal(names.toSorted(), ['.index.lock', 'blobs', 'index.json', 'oci-layout']);
  for (const name of await readdir(join(layout.directory, 'blobs', 'sha256'))) {
    const bytes = await readFile(join(layout.directory, 'blobs', 'sha256', name));
    assert.is(identityOf(bytes).digest, `sha256:${name}`);
  }
  assert.equal((await readdir(parent)).toSorted(), ['empty', 'source']);
}

async function temporaries(layout: Layout): Promise<string[]> {
  return (await readdir(layout.directory)).filter((name) => name.startsWith('.tmp'));
}

test('in any order, in pieces of any size, with a leading ./', async () => {
  for (const length of [100, 512, 10_000_000]) {
    await using it = await bench();
    const entries = length === 512 ? it.entries.toReversed() : it.entries;
    const dotted = entries.map((entry) => ({ ...entry, path: `./${entry.path}` }));
    const [image] = await readLayoutTar(piecesOf(tarOf(dotted), length), it.layout);
    assert.is(image?.name, 'latest');
    assert.is(
      (await resolveImage(it.layout, { name: 'latest' })).target.digest,
      image?.descriptor.digest,
    );
  }
});

test('gzip too, and taken in twice it is there once', async () => {
  await using it = await bench();
  const bytes = gzipSync(tarOf(it.entries));
  for (let n = 0; n < 2; n += 1) await readLayoutTar(piecesOf(bytes, 1000), it.layout);
  assert.is((await readIndex(it.layout)).manifests.length, 1);
});

test('the caller names the images, or leaves them nameless', async () => {
  await using it = await bench();
  const full = 'docker.io/library/latest:latest';
  const [named] = await readLayoutTar(chunksOf(tarOf(it.entries)), it.layout, {
    nameOf: () => full,
  });
  assert.is(named?.name, full);
  assert.is((await resolveImage(it.layout, { name: full })).name, full);
  const other = await emptyLayout(it.parent, 'other');
  const [bare] = await readLayoutTar(chunksOf(tarOf(it.entries)), other, {
    nameOf: () => undefined,
  });
  assert.is(bare?.name, undefined);
  assert.is((await resolveImage(other)).name, undefined);
  await readLayoutTar(chunksOf(tarOf(it.entries)), other, { nameOf: () => undefined });
  assert.is((await readIndex(other)).manifests.length, 1);
});

test('what a layout wrote comes back with the names it had', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(join(directory.path, 'a'), {
    layers: [layerOf('1'), layerOf('2'), noise(3_000_000)],
  });
  const images = ['docker.io/library/a:1', 'localhost:5000/b:1'].map((name) => ({
    name,
    descriptor: descriptorOf(image),
  }));
  const copy = await emptyLayout(directory.path);
  const back = await readLayoutTar(writeLayoutTar(layout, images), copy);
  assert.equal(
    back.map(({ name }) => name),
    images.map(({ name }) => name),
  );
  for (const { name } of images) assert.is((await resolveImage(copy, { name })).name, name);
});

/** A record of a pax header, which begins with its own length. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const digits = [2, 3].find((n) => String(rest.length + n).length === n) ?? 0;
  return `${rest.length + digits}${rest}`;
}

/** Sizes as they stand in the twelve bytes of a header. */
const sizes: Record<string, Buffer> = {
  '8 EB': Buffer.from('800000007fffffffffffffff', 'hex'),
  '100 GB that are not there': Buffer.from('8000000000000017487 6e800'.replace(' ', ''), 'hex'),
  'minus 512 bytes': Buffer.from('fffffffffffffffffffffe00', 'hex'),
  'no number': Buffer.from('not a number'),
};

const file = (path: string, content: string | Uint8Array): TarEntry => ({
  path,
  type: 'File',
  content,
});
const zeroes = `blobs/sha256/${'0'.repeat(64)}`;

/** Archives that are refused: how the good entries are changed, and the code that says why. */
const refused: Record<string, [(entries: TarEntry[]) => TarEntry[], string]> = {
  'without a marker': [(all) => all.filter(({ path }) => path !== 'oci-layout'), 'ARCHIVE_INVALID'],
  'without an index': [(all) => all.filter(({ path }) => path !== 'index.json'), 'ARCHIVE_INVALID'],
  'with two indexes': [(all) => [...all, file('index.json', '{}')], 'ARCHIVE_INVALID'],
  'with two markers': [(all) => [...all, file('./oci-layout', '{}')], 'ARCHIVE_INVALID'],
  'with an index that is no JSON': [
    (all) => all.map((one) => (one.path === 'index.json' ? file(one.path, '{') : one)),
    'ARCHIVE_INVALID',
  ],
  'with an index of 5 MB': [
    (all) =>
      all.map((one) => (one.path === 'index.json' ? file(one.path, ' '.repeat(5_000_000)) : one)),
    'ARCHIVE_INVALID',
  ],
  'of another version': [
    (all) =>
      all.map((one) =>
        one.path === 'oci-layout' ? file(one.path, '{"imageLayoutVersion":"9"}') : one,
      ),
    'ARCHIVE_INVALID',
  ],
  'with a blob whose name lies': [(all) => [...all, file(zeroes, 'evil')], 'DIGEST_MISMATCH'],
  'without its layer': [(all) => all.slice(0, -1), 'ARCHIVE_INCOMPLETE'],
  'without its manifest': [(all) => all.toSpliced(2, 1), 'ARCHIVE_INCOMPLETE'],
  'with a link in place of a blob': [
    (all) => [
      ...all.slice(0, -1),
      { path: all.at(-1)?.path ?? '', type: 'SymbolicLink', linkpath: '/etc/passwd' },
    ],
    'ARCHIVE_INCOMPLETE',
  ],
  'with a hard link in place of a blob': [
    (all) => [
      ...all.slice(0, -1),
      { path: all.at(-1)?.path ?? '', type: 'Link', linkpath: 'oci-layout' },
    ],
    'ARCHIVE_INCOMPLETE',
  ],
  'with a blob of 8 GB that is not there': [
    (all) => [...all, { ...file(zeroes, ''), size: 8_000_000_000 }],
    'ARCHIVE_INCOMPLETE',
  ],
  'with nothing in it': [() => [], 'ARCHIVE_INVALID'],
  'with an extended header of 2 MB': [
    (all) => [{ path: 'pax', type: 'ExtendedHeader', content: Buffer.alloc(2_000_000) }, ...all],
    'ARCHIVE_INVALID',
  ],
};

for (const [what, [change, code]] of Object.entries(refused)) {
  test(`an archive ${what} is refused and leaves the layout as it was`, async () => {
    await using it = await bench();
    const bytes = tarOf(change(it.entries));
    assert.is(await codeOf(readLayoutTar(piecesOf(bytes, 10_000), it.layout)), code);
    await assertUntouched(it);
  });
}

for (const [what, size] of Object.entries(sizes)) {
  test(`an entry of ${what} is refused`, async () => {
    await using it = await bench();
    const bytes = Buffer.concat([headerOfSize(zeroes, size), tarOf(it.entries)]);
    const code = await codeOf(readLayoutTar(piecesOf(bytes, 10_000), it.layout));
    assert.ok(['ARCHIVE_INCOMPLETE', 'ARCHIVE_INVALID'].includes(code), code);
    await assertUntouched(it);
  });
}

test('names that lead elsewhere are passed over: absolute, with .., links, devices', async () => {
  await using it = await bench();
  const outside = join(it.parent, 'escaped');
  const hostile: TarEntry[] = [
    file(outside, 'x'),
    file('../escaped', 'x'),
    file('blobs/sha256/../../../escaped', 'x'),
    file(`blobs/../${zeroes}`, 'x'),
    file(`blobs/SHA256/${'0'.repeat(64)}`, 'x'),
    file('blobs/sha256/short', 'x'),
    file(`blobs/md5/${'0'.repeat(32)}`, 'x'),
    { path: 'blobs', type: 'SymbolicLink', linkpath: it.parent },
    { path: 'index.json', type: 'SymbolicLink', linkpath: '/etc/passwd' },
    { path: 'dev', type: 'CharacterDevice', devmaj: 1, devmin: 3 },
    { path: 'fifo', type: 'FIFO' },
    { path: 'oci-layout', type: 'Directory' },
  ];
  await readLayoutTar(chunksOf(tarOf([...hostile, ...it.entries])), it.layout);
  assert.equal((await readdir(it.parent)).toSorted(), ['empty', 'source']);
  assert.equal((await readdir(join(it.layout.directory, 'blobs'))).toSorted(), ['sha256']);
  assert.is((await readdir(join(it.layout.directory, 'blobs', 'sha256'))).length, 3);
});

test('a blob twice counts once, whatever the second one holds', async () => {
  await using it = await bench();
  const blob = it.entries.at(-1);
  const second = file(blob?.path ?? '', 'other bytes');
  await readLayoutTar(chunksOf(tarOf([...it.entries, second])), it.layout);
  await resolveImage(it.layout, { name: 'latest' });
});

test('a pax size and path count for the next file only, and not for headers between (CVE-2025-62518)', async () => {
  await using it = await bench();
  const [first, ...others] = it.entries;
  const content = Buffer.from(first?.content ?? '');
  const pax = record('path', 'oci-layout') + record('size', String(content.length));
  const entries: TarEntry[] = [
    { path: 'g', type: 'GlobalExtendedHeader', content: record('size', '0') + record('path', 'x') },
    { path: 'pax', type: 'ExtendedHeader', content: pax },
    { path: 'another', type: 'GlobalExtendedHeader', content: record('comment', 'between') },
    { path: 'named-by-pax', type: 'File', content },
    ...others,
  ];
  await readLayoutTar(chunksOf(tarOf(entries)), it.layout);
  await resolveImage(it.layout, { name: 'latest' });
});

test('an archive that breaks off anywhere is refused, and the index untouched', async () => {
  await using it = await bench();
  const bytes = tarOf(it.entries);
  for (let cut = 100; cut < bytes.length - 1500; cut += 700) {
    const code = await codeOf(readLayoutTar(piecesOf(bytes.subarray(0, cut), 1000), it.layout));
    assert.ok(['ARCHIVE_INCOMPLETE', 'ARCHIVE_INVALID'].includes(code), `${cut}: ${code}`);
  }
  await assertUntouched(it);
});

test('what is no tar is refused: noise, text, gzip of noise, an HTML page', async () => {
  await using it = await bench();
  const wrong = [
    noise(100_000),
    Buffer.from('hello'),
    gzipSync(noise(100_000)),
    Buffer.from('<html>'.repeat(500)),
  ];
  for (const bytes of wrong) {
    const code = await codeOf(readLayoutTar(piecesOf(bytes, 4096), it.layout));
    assert.ok(['ARCHIVE_INCOMPLETE', 'ARCHIVE_INVALID'].includes(code), code);
  }
  assert.is(
    await codeOf(readLayoutTar(chunksOf(gzipSync(tarOf(it.entries)).subarray(0, -50)), it.layout)),
    'LAYER_CORRUPT',
  );
  await assertUntouched(it);
});

test('an archive of docker before 1.10 is refused with a remedy', async () => {
  await using it = await bench();
  const old = tarOf([
    file('abc/json', '{}'),
    file('abc/layer.tar', ''),
    file('repositories', '{}'),
  ]);
  const error = (await rejection(readLayoutTar(chunksOf(old), it.layout))) as {
    code: string;
    hint?: string;
  };
  assert.is(error.code, 'ARCHIVE_INVALID');
  assert.ok(error.hint);
});

test('blobs that are there already need not be in the archive', async () => {
  await using it = await bench();
  await readLayoutTar(chunksOf(tarOf(it.entries)), it.layout, { nameOf: () => 'first' });
  await readLayoutTar(chunksOf(tarOf(it.entries.slice(0, 2))), it.layout, {
    nameOf: () => 'second',
  });
  await resolveImage(it.layout, { name: 'second' });
});

test('what is missing is said for each image, by digest', async () => {
  await using it = await bench();
  const entries = it.entries.slice(0, -1);
  const error = (await rejection(
    readLayoutTar(chunksOf(tarOf(entries)), it.layout),
  )) as LayoutError;
  const layer = it.entries.at(-1)?.path.replace('blobs/sha256/', 'sha256:');
  assert.equal(error.missing, [{ image: 'latest', blobs: [layer] }]);
});

test('a partial archive needs what it was made since, and names it', async () => {
  await using it = await bench();
  const { layout, image } = await madeLayout(join(it.parent, 'two'), {
    layers: [layerOf('hello'), layerOf('more')],
  });
  const base = await emptyLayout(it.parent, 'base');
  await readLayoutTar(chunksOf(tarOf(it.entries)), base);
  await readLayoutTar(chunksOf(tarOf(it.entries)), layout, { nameOf: () => 'base' });
  const { target } = await resolveImage(layout, { name: 'base' });
  const since = [{ name: 'base', descriptor: target }];
  const images = [{ name: 'two', descriptor: descriptorOf(image) }];
  const partial = await collect(writeLayoutTar(layout, images, { since }));
  const whole = await collect(writeLayoutTar(layout, images));
  assert.ok(!partial.includes(image.layers[0]?.digest.slice(7) + '\0'));
  assert.ok(partial.includes(image.layers[1]?.digest.slice(7) + '\0'));
  assert.ok(partial.length < whole.length);
  const error = (await rejection(readLayoutTar(chunksOf(partial), it.layout))) as LayoutError;
  assert.is(error.code, 'ARCHIVE_INCOMPLETE');
  assert.equal(error.missing, [{ image: 'two', blobs: [image.layers[0]?.digest] }]);
  assert.ok(error.hint?.includes(`base@${target.digest}`), error.hint);
  await readLayoutTar(chunksOf(partial), base);
  await resolveImage(base, { name: 'two' });
});

test('one platform of several is taken, and one that is not there refused with what there is', async () => {
  await using it = await bench();
  const arm = await makeImageLayout(join(it.parent, 'arm'), {
    layers: [layerOf('arm')],
    architecture: 'arm64',
  });
  const bytes = await collect(
    writeLayoutTar(await openLayout(join(it.parent, 'arm')), [
      { name: 'arm', descriptor: descriptorOf(arm) },
    ]),
  );
  const [image] = await readLayoutTar(chunksOf(bytes), it.layout, {
    platform: { os: 'linux', architecture: 'arm64' },
  });
  assert.is(image?.descriptor.digest, arm.manifest.digest);
  const wrong = { os: 'linux', architecture: 's390x' };
  const failing = readLayoutTar(chunksOf(bytes), it.layout, { platform: wrong });
  assert.is(await codeOf(failing), 'PLATFORM_NOT_FOUND');
});

test('a manifest that contradicts its configuration is refused', async () => {
  await using it = await bench();
  const directory = join(it.parent, 'liar');
  const image = await makeImageLayout(directory, { layers: [layerOf('1'), layerOf('2')] });
  const manifest = JSON.parse(
    await readFile(join(directory, 'blobs', image.manifest.digest.replace(':', '/')), 'utf8'),
  ) as { layers: unknown[] };
  manifest.layers.pop();
  const bytes = Buffer.from(JSON.stringify(manifest));
  const blob = identityOf(bytes);
  const path = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
  const index = {
    schemaVersion: 2,
    manifests: [{ mediaType: image.manifest.mediaType, ...blob }],
  };
  const entries = [
    file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    file('index.json', JSON.stringify(index)),
    file(path(blob.digest), bytes),
  ];
  for (const { digest } of [image.config, ...image.layers]) {
    entries.push(file(path(digest), await readFile(join(directory, path(digest)))));
  }
  assert.is(await codeOf(readLayoutTar(chunksOf(tarOf(entries)), it.layout)), 'IMAGE_INVALID');
  assert.equal((await readIndex(it.layout)).manifests, []);
});

test('a producer that pads its archive does not get a broken pipe', async () => {
  await using it = await bench();
  const padded = Buffer.concat([tarOf(it.entries), Buffer.alloc(200_000)]);
  const { code, stderr } = await run(['tar', '-tf', '-'], { input: padded });
  assert.is(code, 0, stderr);
  let read = 0;
  async function* counting(): AsyncGenerator<Buffer> {
    for await (const piece of piecesOf(padded, 10_000)) {
      read += piece.length;
      yield piece;
    }
  }
  await readLayoutTar(counting(), it.layout);
  assert.is(read, padded.length);
});

test('a signal ends it while the source is silent', async () => {
  await using it = await bench();
  const bytes = tarOf(it.entries);
  const stop = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => stop.abort(reason), 30);
  assert.is(
    await rejection(
      readLayoutTar(thenSilent(bytes.subarray(0, 1200)), it.layout, { signal: stop.signal }),
    ),
    reason,
  );
  await assertUntouched(it);
});

test('kill -9 in the middle of an import: the layout is as before, and the next import works', async () => {
  await using it = await bench();
  const { layout: big, image } = await madeLayout(join(it.parent, 'big'), {
    layers: [noise(6_000_000)],
    compression: 'none',
  });
  const tar = await collect(
    writeLayoutTar(big, [{ name: 'big', descriptor: descriptorOf(image) }]),
  );
  const child = startChild('import-tar', it.layout.directory);
  assert.is(await child.line(), 'ready');
  child.process.stdin?.write(tar.subarray(0, 4_000_000));
  await new Promise((resolve) => setTimeout(resolve, 150));
  await child.kill();
  assert.is((await temporaries(it.layout)).length, 1);
  const layout = await openLayout(it.layout.directory, { create: true });
  assert.equal(await temporaries(layout), []);
  assert.equal((await readIndex(layout)).manifests, []);
  const [layer] = (await resolveImage(big)).manifest.layers;
  assert.ok(layer !== undefined && !(await hasBlob(layout, layer)));
  await readLayoutTar(chunksOf(tar), layout);
  assert.ok(await hasBlob(layout, layer));
});

if (needs('command:zstd')) {
  test('an archive that zstd compressed', async () => {
    await using it = await bench();
    const { output } = await run(['zstd', '-qc'], { input: tarOf(it.entries) });
    await readLayoutTar(chunksOf(output), it.layout);
    await resolveImage(it.layout, { name: 'latest' });
  });
}

test.run();
