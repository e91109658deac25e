import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listTree, needs, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, diffIdOf, droppedInto, paxRecord, unpack, when } from './helpers.ts';

const asRoot = when(needs('root'));

const dir = (path: string): TarEntry => ({ path, type: 'Directory' });
const file = (path: string, content = 'hostile'): TarEntry => ({ path, type: 'File', content });
const link = (path: string, linkpath: string): TarEntry => ({
  path,
  type: 'SymbolicLink',
  linkpath,
});
const hard = (path: string, linkpath: string): TarEntry => ({ path, type: 'Link', linkpath });

const pax = (
  records: Record<string, string>,
  type: TarEntry['type'] = 'ExtendedHeader',
): TarEntry => ({
  path: 'pax',
  type,
  content: Buffer.from(
    Object.entries(records)
      .map(([key, value]) => paxRecord(key, value))
      .join(''),
    'latin1',
  ),
});

/** Unpacks beside a decoy, which has to stay as it is, and returns the code and what was unpacked. */
async function attack(
  entries: readonly TarEntry[] | Buffer,
): Promise<{ code: string; paths: string[]; dropped: string[] }> {
  await using base = await temporaryDirectory();
  const inside = join(base.path, 'inside');
  const decoy = join(base.path, 'decoy');
  await mkdir(inside);
  await mkdir(decoy);
  await writeFile(join(decoy, 'secret'), 'untouched');
  const before = await listTree(decoy);
  const dropped: string[] = [];
  const archive = Buffer.isBuffer(entries) ? entries : tarOf(entries);
  const code = await codeOf(unpack(archive, inside, { onEvent: droppedInto(dropped) }));
  assert.equal(await listTree(decoy), before);
  assert.equal((await readdir(base.path)).toSorted(), ['decoy', 'inside']);
  const paths = (await readdir(inside, { recursive: true })).toSorted();
  return { code, paths, dropped };
}

const refused: Record<string, readonly TarEntry[]> = {
  'a parent that is a relative link (CVE-2021-29136)': [
    link('way', '../decoy'),
    file('way/secret'),
  ],
  'a parent that is an absolute link': [link('way', '/tmp'), file('way/secret')],
  'a parent that is a link to the root itself': [link('way', '.'), file('way/f')],
  'a parent deeper down that is a link': [
    dir('a'),
    link('a/way', '../../decoy'),
    file('a/way/new/f'),
  ],
  'a directory that becomes a link': [
    dir('d'),
    file('d/a'),
    link('d', '../decoy'),
    file('d/secret'),
  ],
  dots: [file('../decoy/secret')],
  'dots in the middle': [dir('a'), file('a/../../decoy/secret')],
  'dots at the end': [dir('a/..')],
  'a hard link out by dots (CVE-2026-50163)': [hard('h', '../decoy/secret')],
  'a hard link through a link': [link('way', '../decoy'), hard('h', 'way/secret')],
  'a hard link to a directory': [dir('d'), hard('h', 'd')],
  'a hard link to nothing': [hard('h', 'nothing')],
  'a hard link to itself': [hard('h', 'h')],
  'hard links in a circle': [hard('a', 'b'), hard('b', 'a')],
  'a whiteout of nothing': [file('d/.wh.')],
  'a whiteout of the directory itself': [file('d/.wh..')],
  'a whiteout of the parent directory': [file('d/.wh...')],
  'a whiteout through a link': [link('way', '../decoy'), file('way/.wh.secret')],
  'an opaque mark through a link': [link('way', '../decoy'), file('way/.wh..wh..opq')],
  'entries inside a whiteout': [file('d/.wh.x/f')],
  'a hard link to what is removed': [file('.wh.x'), hard('h', 'x')],
  "overlayfs's whiteout as a device": [
    { path: 'w', type: 'CharacterDevice', devmaj: 0, devmin: 0 },
  ],
  'a name that is too long': [pax({ path: 'x'.repeat(256) }), file('x')],
  'a path that is too long': [pax({ path: 'x/'.repeat(2100) }), dir('x')],
  'a NUL in a path of a PAX record': [pax({ path: 'good\0/../bad' }), file('x')],
  'a NUL in a link of a PAX record': [pax({ linkpath: 'x\0y' }), link('x', 'y')],
  'an empty symbolic link': [link('x', '')],
  'a root that is a file': [file('.')],
  'a root that is a link': [link('./', '/')],
  'a size in a PAX record that is negative': [pax({ size: '-1' }), file('x')],
  'a size in a PAX record beyond 2⁵³': [pax({ size: '9007199254740993' }), file('x')],
  'a size in a PAX record that is no number': [pax({ size: '0x10' }), file('x')],
  'an owner beyond 32 bits': [pax({ uid: '4294967296' }), file('x')],
  'a time that is no number': [pax({ mtime: 'now' }), file('x')],
  'a size for all entries': [pax({ size: '3' }, 'GlobalExtendedHeader'), file('x')],
  'a path for all entries': [pax({ path: 'y' }, 'GlobalExtendedHeader'), file('x')],
  'a PAX record that is too long for its header': [
    { path: 'pax', type: 'ExtendedHeader', content: '999 path=x\n' },
    file('x'),
  ],
  'a PAX record without an end': [
    { path: 'pax', type: 'ExtendedHeader', content: '11 path=xyz' },
    file('x'),
  ],
  'two PAX headers for one entry': [pax({ path: 'a' }), pax({ size: '1' }), file('x')],
  'a PAX header of more than 1 MiB': [pax({ comment: 'x'.repeat(1 << 20) }), file('x')],
  'a directory with contents': [{ path: 'd', type: 'Directory', size: 512, content: 'x' }],
  'a sparse file whose map does not fit': [
    pax({ 'GNU.sparse.size': '10', 'GNU.sparse.map': '0,100' }),
    file('x', 'y'.repeat(100)),
  ],
  'a sparse file whose parts overlap': [
    pax({ 'GNU.sparse.size': '100', 'GNU.sparse.map': '10,5,0,5' }),
    file('x', 'y'.repeat(10)),
  ],
  'a sparse file of a format that nobody knows': [
    pax({ 'GNU.sparse.major': '7', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '10' }),
    file('x', 'y'.repeat(10)),
  ],
};

for (const [what, entries] of Object.entries(refused)) {
  asRoot(`refuses ${what}`, async () => {
    assert.is((await attack(entries)).code, 'LAYER_INVALID');
  });
}

asRoot('an absolute name lands inside', async () => {
  const { code, paths } = await attack([file('/etc/x'), file('//y')]);
  assert.equal([code, paths], ['success', ['etc', 'etc/x', 'y']]);
});

asRoot('a link that leads out is kept, and not followed when it is replaced', async () => {
  const { code, paths } = await attack([link('l', '../decoy/secret'), file('l', 'own')]);
  assert.equal([code, paths], ['success', ['l']]);
});

asRoot('a hard link to a link out is the link itself', async () => {
  const { code, paths } = await attack([
    link('l', '../decoy/secret'),
    hard('h', 'l'),
    file('h', 'own'),
  ]);
  assert.equal([code, paths], ['success', ['h', 'l']]);
});

asRoot(
  'the size of a PAX record counts for the next entry and not for headers between (CVE-2025-62518)',
  async () => {
    const inner = tarOf([file('smuggled')]).subarray(0, -1024);
    const archive = tarOf([
      pax({ size: String(inner.length) }),
      { ...file('outer'), content: inner, size: 0 },
      file('last'),
    ]);
    const { code, paths } = await attack(archive);
    assert.equal([code, paths], ['success', ['last', 'outer']]);
  },
);

asRoot('a size in base 256 that is negative', async () => {
  const archive = tarOf([file('x')]);
  archive.fill(0xff, 124, 136);
  archive.fill(' ', 148, 156);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  assert.is((await attack(archive)).code, 'LAYER_INVALID');
});

asRoot('a wrong checksum, a type that nobody knows, a truncated archive, rubbish', async () => {
  const archive = tarOf([file('x', 'y'.repeat(1000))]);
  const wrong = Buffer.from(archive);
  wrong[0] = 0x41;
  assert.is((await attack(wrong)).code, 'LAYER_INVALID');
  const truncated = archive.subarray(0, 1000);
  assert.is((await attack(Buffer.from(truncated))).code, 'LAYER_INVALID');
  assert.is((await attack(Buffer.alloc(5000, 'rubbish'))).code, 'LAYER_INVALID');
  const unknown = tarOf([file('x', '')]);
  unknown[156] = 0x4d;
  unknown.fill(' ', 148, 156);
  const sum = unknown.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  unknown.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  assert.is((await attack(unknown)).code, 'LAYER_INVALID');
});

asRoot("overlayfs's and the host's own attributes are left out, an image's are kept", async () => {
  await using root = await temporaryDirectory();
  const dropped: string[] = [];
  const names = [
    'trusted.overlay.opaque',
    'user.overlay.redirect',
    'trusted.x',
    'security.selinux',
    'user.kept',
  ];
  const records = Object.fromEntries(names.map((name) => [`SCHILY.xattr.${name}`, 'y']));
  await unpack(tarOf([pax(records), dir('d')]), root.path, { onEvent: droppedInto(dropped) });
  const [, line] = await listTree(root.path);
  assert.match(line ?? '', /\| user\.kept=0x79 \|/);
  assert.equal(
    dropped,
    names.slice(0, 4).map((name) => `attribute d ${name}`),
  );
});

asRoot('a bomb of gzip, of entries, of depth', async () => {
  await using root = await temporaryDirectory();
  const zeros = Buffer.alloc(200 << 20);
  const bomb = gzipSync(
    Buffer.concat([tarOf([{ ...file('x', ''), size: zeros.length }]).subarray(0, 512), zeros]),
  );
  const options = { diffId: diffIdOf(zeros), compression: 'gzip' } as const;
  const code = await codeOf(unpack(bomb, root.path, options));
  assert.ok(['LAYER_TOO_LARGE', 'DIFF_ID_MISMATCH'].includes(code), code);
  const many = tarOf(Array.from({ length: 300 }, (_, i) => file(`f${i}`)));
  const limits = { entries: 100 };
  assert.is(await codeOf(unpack(many, join(root.path), { limits })), 'LAYER_INVALID');
});

asRoot('as deep as a path can be, and it can be removed again', async () => {
  const { code, paths } = await attack([pax({ path: 'd/'.repeat(2000) }), dir('x')]);
  assert.equal([code, paths.length], ['success', 2000]);
});

asRoot('contents that are not those of the diff id are refused', async () => {
  await using root = await temporaryDirectory();
  const diffId = diffIdOf(Buffer.from('something else'));
  assert.is(await codeOf(unpack(tarOf([file('x')]), root.path, { diffId })), 'DIFF_ID_MISMATCH');
});

asRoot('a duplicate name: the last one wins, and no earlier one is written through', async () => {
  await using root = await temporaryDirectory();
  const entries = [
    file('f', 'first'),
    hard('other', 'f'),
    file('f', 'second'),
    dir('d'),
    file('d/x'),
    file('d', 'file'),
    dir('d'),
  ];
  await unpack(tarOf(entries), root.path);
  assert.is(await readFile(join(root.path, 'f'), 'utf8'), 'second');
  assert.is(await readFile(join(root.path, 'other'), 'utf8'), 'first');
  assert.equal(await readdir(join(root.path, 'd')), []);
});

test.run();
