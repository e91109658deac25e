import { Buffer } from 'node:buffer';
import { tarOf } from '@ctrkit/testing';
import type { TarEntry as Written } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTime } from '../src/tar/numbers.ts';
import { TarReader } from '../src/tar/tar-reader.ts';
import type { TarEntry } from '../src/tar/entry.ts';
import { chunksOf, paxRecord } from './helpers.ts';

interface Read {
  readonly entry: TarEntry;
  readonly content: string;
}

async function read(archive: Buffer, size = 100_000): Promise<Read[]> {
  async function* source(): AsyncGenerator<Buffer> {
    for (const chunk of chunksOf(archive, size)) yield chunk as Buffer;
  }
  const reader = new TarReader(source());
  const all: Read[] = [];
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
    // Of every second entry the contents are left unread, and so passed over.
    all.push({ entry, content: all.length % 2 === 0 ? (await reader.rest()).toString() : '' });
  }
  return all;
}

function patched(archive: Buffer, at: number, bytes: Buffer | string): Buffer {
  archive.set(Buffer.from(bytes as string, 'latin1'), at);
  archive.fill(' ', 148, 156);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

const file = (path: string, content = ''): Written => ({ path, type: 'File', content });
const header = (content: string, type: Written['type'] = 'ExtendedHeader'): Written => ({
  path: 'x',
  type,
  content,
});

test('chunks may end anywhere', async () => {
  const long = header(`210 path=${'p'.repeat(200)}\n`);
  const archive = tarOf([
    file('a', 'x'.repeat(700)),
    file('b', 'y'.repeat(512)),
    long,
    file('c', 'z'),
    file('d'),
  ]);
  const expected = await read(archive);
  assert.equal(
    expected.map(({ entry }) => entry.path),
    ['a', 'b', 'p'.repeat(200), 'd'],
  );
  for (const size of [1, 7, 511, 512, 513, 1024])
    assert.equal(await read(archive, size), expected, String(size));
});

test('times before 1970 and of any number of digits', () => {
  assert.equal(readTime('1.5'), { seconds: 1, nanoseconds: 500_000_000 });
  assert.equal(readTime('-1.5'), { seconds: -2, nanoseconds: 500_000_000 });
  assert.equal(readTime('-1'), { seconds: -1, nanoseconds: 0 });
  assert.equal(readTime('-0'), { seconds: 0, nanoseconds: 0 });
  assert.equal(readTime('7.1234567891234'), { seconds: 7, nanoseconds: 123_456_789 });
  assert.equal(readTime('7.'), { seconds: 7, nanoseconds: 0 });
  for (const text of ['', 'x', '1e3', '1.-5', '--1', ' 1', '1'.repeat(20)])
    assert.throws(() => readTime(text));
});

test('numbers in base 256, also a negative time', async () => {
  const uid = Buffer.from([0x80, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]);
  const [large] = await read(patched(tarOf([file('a')]), 108, uid));
  assert.is(large?.entry.uid, 0x12345678);
  const time = Buffer.alloc(12, 0xff);
  time[11] = 0xfe;
  const [old] = await read(patched(tarOf([file('a')]), 136, time));
  assert.is(old?.entry.seconds, -2);
});

test('a global header counts until an own one says otherwise, or takes it back', async () => {
  const archive = tarOf([
    header('11 mtime=7\n12 gid=1234\n', 'GlobalExtendedHeader'),
    file('a'),
    header('11 mtime=8\n'),
    file('b'),
    header('10 mtime=\n'),
    file('c'),
  ]);
  const all = await read(archive);
  assert.equal(
    all.map(({ entry }) => [entry.seconds, entry.gid]),
    [
      [7, 1234],
      [8, 1234],
      [0, 1234],
    ],
  );
});

test('attributes keep their bytes: NUL, newline, equals, nothing', async () => {
  const value = 'a\0b\nc=d';
  const records = paxRecord('SCHILY.xattr.user.a', value) + paxRecord('SCHILY.xattr.user.b', '');
  const [entry] = await read(tarOf([header(records), file('a')]));
  assert.is(entry?.entry.xattrs.get('user.a')?.toString(), value);
  assert.is(entry?.entry.xattrs.get('user.b')?.length, 0);
});

test('before POSIX a directory was a file whose name ends in a slash', async () => {
  const archive = patched(patched(tarOf([file('d/')]), 257, Buffer.alloc(255)), 156, '\0');
  const [entry] = await read(archive);
  assert.is(entry?.entry.type, 'directory');
});

test('star keeps times where POSIX ends a long name', async () => {
  const archive = tarOf([file('name')]);
  const prefix = Buffer.alloc(167);
  prefix.write('prefix');
  prefix.write('07777777777', 131);
  prefix.write('tar\0', 163);
  const [entry] = await read(patched(archive, 345, prefix));
  assert.is(entry?.entry.path, 'prefix/name');
});

test('an archive without its two zero blocks, one with one, an empty one', async () => {
  const archive = tarOf([file('a', 'x')]);
  assert.is((await read(archive.subarray(0, -1024))).length, 1);
  assert.is((await read(archive.subarray(0, -512))).length, 1);
  assert.is((await read(Buffer.alloc(0))).length, 0);
  const after = Buffer.concat([archive.subarray(0, -512), archive]);
  const error = await read(after).catch((thrown: unknown) => thrown);
  assert.is((error as { code?: string }).code, 'LAYER_INVALID');
});

test.run();
