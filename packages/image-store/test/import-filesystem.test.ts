import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blobPath } from '@ctrkit/layout';
import { needs, run, tarOf } from '@ctrkit/testing';
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { ImportFilesystemOptions } from '../src/index.ts';
import { blobsOf, codeOf, layerOf, leftovers, testStore } from './support.ts';

const tar = tarOf([
  { path: 'bin/', type: 'Directory' },
  { path: 'bin/sh', type: 'File', content: 'sh', mode: 0o755 },
  { path: 'bin/ash', type: 'SymbolicLink', linkpath: 'sh' },
  { path: 'dev/null', type: 'CharacterDevice', devmaj: 1, devmin: 3 },
]);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const created = new Date('2026-01-02T03:04:05Z');

test('a tar becomes an image of one layer, kept byte for byte', async () => {
  for (const [bytes, type] of [
    [tar, ''],
    [gzipSync(tar), '+gzip'],
  ] as const) {
    await using on = await testStore();
    const record = await on.store.importFilesystem(Readable.from([bytes]), {
      name: 'own:1',
      changes: ['CMD ["sh"]', 'ENV PATH=/bin'],
      created,
    });
    const image = await on.store.find('own:1');
    assert.is(image?.id, record.id);
    assert.equal(image?.config.config, { Cmd: ['sh'], Env: ['PATH=/bin'] });
    assert.equal(image?.config.rootfs.diff_ids, [`sha256:${sha256(tar)}`]);
    assert.equal(image?.config.history, [
      { created: created.toISOString(), comment: 'Imported from -' },
    ]);
    const [layer] = image?.manifest.layers ?? [];
    assert.ok(layer);
    assert.is(layer.mediaType, `application/vnd.oci.image.layer.v1.tar${type}`);
    assert.ok((await readFile(blobPath(on.store.layout, layer.digest))).equals(bytes));
  }
});

test('the same at the same moment gives the same id; platform and message count', async () => {
  await using on = await testStore();
  const ids = [];
  for (const more of [
    {},
    {},
    { message: 'mine' },
    { platform: { os: 'linux', architecture: 'arm64' } },
  ]) {
    // prettier-ignore
    const { id } = await on.store.importFilesystem(Readable.from([tar]), { created, ...more });
    ids.push(id);
  }
  assert.is(ids[0], ids[1]);
  assert.is(new Set(ids).size, 3);
  const own = await on.store.find(ids[3] ?? '', {
    platform: { os: 'linux', architecture: 'arm64' },
  });
  assert.is(own?.config.architecture, 'arm64');
});

test('what is no tar, breaks off or has a bad option brings nothing that shows', async () => {
  await using on = await testStore();
  const attempts: [Buffer, ImportFilesystemOptions, string][] = [
    [Buffer.alloc(5000, 'x'), {}, 'ARCHIVE_INVALID'],
    [Buffer.from('short'), {}, 'ARCHIVE_INCOMPLETE'],
    [tar.subarray(0, 1025), {}, 'ARCHIVE_INCOMPLETE'],
    [gzipSync(tar).subarray(0, -20), {}, 'LAYER_CORRUPT'],
    [tar, { name: 'Upper' }, 'NAME_INVALID'],
    [tar, { changes: ['RUN x'] }, 'CHANGE_INVALID'],
  ];
  for (const [bytes, options, code] of attempts) {
    const importing = on.store.importFilesystem(Readable.from([bytes]), options);
    assert.is(await codeOf(importing), code);
  }
  assert.equal(await on.store.list(), []);
  await on.store.collectGarbage({ minimumAge: 0 });
  assert.equal(await blobsOf(on.root), []);
  assert.equal(await leftovers(on.root), []);
});

if (needs('command:zstd')) {
  test('a bomb is refused before it fills anything', async () => {
    await using on = await testStore();
    const { output: bomb } = await run(['zstd', '-qc'], { input: Buffer.alloc(200_000_000) });
    assert.ok(bomb.length < 100_000);
    const importing = on.store.importFilesystem(Readable.from([bomb]));
    assert.is(await codeOf(importing), 'LAYER_TOO_LARGE');
    assert.equal(await on.store.list(), []);
  });
}

if (needs('command:skopeo', 'command:umoci')) {
  test('skopeo and umoci read it', async () => {
    await using on = await testStore();
    await on.store.importFilesystem(Readable.from([layerOf('x')]), {
      name: 'docker.io/library/own:1',
      changes: ['USER 7'],
    });
    const image = `oci:${on.root}:docker.io/library/own:1`;
    const { code, stdout, stderr } = await run(['skopeo', 'inspect', '--config', image]);
    assert.is(code, 0, stderr);
    assert.match(stdout, /"User": ?"7"/);
    await run(['skopeo', '--insecure-policy', 'copy', image, `oci:${on.aside}/copy:x`]);
    const stat = await run(['umoci', 'stat', '--json', '--image', `${on.aside}/copy:x`]);
    assert.is(stat.code, 0, stat.stderr);
    assert.match(stat.stdout, /Imported from -/);
  });
}

test('what is no tar leaves no file open', async () => {
  await using on = await testStore();
  const open = async (): Promise<string[]> => {
    const own = await readdir('/proc/self/fd');
    const paths = await Promise.all(
      own.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    return paths.filter((path) => path.startsWith(on.root));
  };
  for (let times = 0; times < 5; times += 1) {
    const importing = on.store.importFilesystem(Readable.from([Buffer.alloc(2_000_000, 'x')]));
    assert.is(await codeOf(importing), 'ARCHIVE_INVALID');
  }
  assert.equal(await open(), []);
});

test.run();
