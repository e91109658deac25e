import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTarHeader, unpackArchive } from '@ctrkit/rootfs';
import { listTree, needs, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, when } from './helpers.ts';

const asRoot = when(needs('root'));

const file = (path: string): TarEntry => ({ path, type: 'File', content: 'x' });

async function unpack(
  directory: string,
  entries: readonly TarEntry[],
  owners: 'kept' | 'root' = 'kept',
): Promise<void> {
  const bytes = tarOf(entries);
  // oxlint-disable-next-line require-await
  const source = (async function* () {
    yield bytes;
  })();
  await unpackArchive(source, { directory, owners });
}

test('what would be a mark in a layer is a file', async () => {
  await using place = await temporaryDirectory();
  await unpack(place.path, [file('.wh.gone'), file('d/.wh..wh..opq'), file('.wh.d/f')]);
  assert.equal((await readdir(place.path, { recursive: true })).toSorted(), ['.wh.d', '.wh.d/f', '.wh.gone', 'd', 'd/.wh..wh..opq']); // prettier-ignore
});

for (const [what, entries] of [
  ['a way out', [file('../outside/decoy')]],
  ['an absolute way out', [file('/../outside/decoy')]],
  ['a link as a parent', [{ path: 'link', type: 'SymbolicLink', linkpath: '../outside' }, file('link/decoy')]], // prettier-ignore
  ['a hard link to outside', [{ path: 'link', type: 'Link', linkpath: '../outside/decoy' }]],
  ['a hard link through a link', [{ path: 'l', type: 'SymbolicLink', linkpath: '../outside' }, { path: 'hard', type: 'Link', linkpath: 'l/decoy' }]], // prettier-ignore
] as const) {
  test(`an archive with ${what}`, async () => {
    await using place = await temporaryDirectory();
    const inside = join(place.path, 'inside');
    await mkdir(inside);
    await mkdir(join(place.path, 'outside'));
    const before = await listTree(join(place.path, 'outside'));
    assert.is(await codeOf(unpack(inside, entries as readonly TarEntry[])), 'LAYER_INVALID');
    assert.equal(await listTree(join(place.path, 'outside')), before);
  });
}

asRoot('owners and devices are kept, or all is root and there are none', async () => {
  for (const [owners, expected] of [
    ['kept', ['12:34', true]],
    ['root', ['0:0', false]],
  ] as const) {
    await using place = await temporaryDirectory();
    const archive = [
      { ...file('f'), uid: 12, gid: 34 },
      { path: 'null', type: 'CharacterDevice', devmaj: 1, devmin: 3 },
    ] as readonly TarEntry[];
    await unpack(place.path, archive, owners);
    const { uid, gid } = await stat(join(place.path, 'f'));
    const names = await readdir(place.path);
    assert.equal([`${uid}:${gid}`, names.includes('null')], expected);
  }
});

test('what begins like an archive', async () => {
  assert.ok(isTarHeader(tarOf([file('f')])));
  for (const text of [
    '',
    'FROM scratch\n',
    '\0'.repeat(1024),
    'FROM x\n'.repeat(200),
    '1'.repeat(600),
  ]) {
    assert.not(isTarHeader(Buffer.from(text)), text.slice(0, 20));
  }
});

test.run();
