import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openArchiveOf, openContext } from '@ctrkit/build';
import type { Context } from '@ctrkit/build';
import { needs, run, tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contentsOf, contextOf, failureOf, selected, when } from './context-helpers.ts';
import type { ContextPlace } from './context-helpers.ts';

const file = (path: string, content = 'x', more: Partial<TarEntry> = {}): TarEntry => ({
  path,
  type: 'File',
  content,
  ...more,
});

const archive = tarOf([
  file('Dockerfile', 'FROM scratch\n', { uid: 7, gid: 8 }),
  file('.dockerignore', '*.md'),
  file('d/.wh.f', 'W'),
  file('a.md'),
  { path: 'link', type: 'SymbolicLink', linkpath: '/d/.wh.f' },
]);

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

async function fromStdin({ cacheDirectory }: ContextPlace, bytes: Uint8Array): Promise<Context> {
  return await openContext({ type: 'stdin' }, { cacheDirectory, stdin: () => pieces(bytes) });
}

const compress = async (program: string): Promise<Uint8Array> =>
  (await run([program, '-c'], { input: archive })).output;

for (const [name, isThere, make] of [
  ['plain', true, async () => archive],
  ['gzip', true, async () => gzipSync(archive)],
  ['zstd', needs('command:zstd'), () => compress('zstd')],
  ['xz', needs('command:xz'), () => compress('xz')],
  ['bzip2', needs('command:bzip2'), () => compress('bzip2')],
] as const) {
  when(isThere)(`a context on standard input: ${name}`, async () => {
    await using place = await contextOf({});
    {
      await using context = await fromStdin(place, await make());
      assert.is(context.dockerfile, undefined);
      assert.is((await context.readFile('Dockerfile', 100))?.toString(), 'FROM scratch\n');
      assert.equal(await selected(context, { sources: ['.'] }), ['./: ./ .dockerignore Dockerfile d/ d/.wh.f link->/d/.wh.f']); // prettier-ignore
      const linked = await context.select({ sources: ['link'] });
      assert.equal(await contentsOf(linked), { '.': 'W' });
      assert.is(linked.matches[0]?.entries[0]?.entry.uid, 0);
    }
    assert.equal(readdirSync(join(place.cacheDirectory, 'scratch')), []);
  });
}

test('a Dockerfile on standard input', async () => {
  await using place = await contextOf({});
  await using context = await fromStdin(place, Buffer.from('FROM scratch\n'));
  assert.is(context.dockerfile?.toString(), 'FROM scratch\n');
  assert.match(await failureOf(context.select({ sources: ['x'] })), 'SOURCE_NOT_FOUND');
  await using empty = await fromStdin(place, Buffer.alloc(0));
  assert.is(empty.dockerfile?.length, 0);
});

test('neither an archive nor a Dockerfile', async () => {
  await using place = await contextOf({});
  const failure = await failureOf(fromStdin(place, Buffer.alloc(2 << 20, 'x')));
  assert.match(failure, /^CONTEXT_INVALID: neither an archive nor a Dockerfile/);
});

for (const [what, bytes] of [
  ['a way out', tarOf([file('../outside/decoy')])],
  ['a way out through a link', tarOf([{ path: 'l', type: 'SymbolicLink', linkpath: '../../../outside' }, file('l/decoy')])], // prettier-ignore
  ['a hard link to outside', tarOf([{ path: 'l', type: 'Link', linkpath: '../../outside/decoy' }])],
  ['a hard link through a link', tarOf([{ path: 'l', type: 'SymbolicLink', linkpath: '/etc' }, { path: 'h', type: 'Link', linkpath: 'l/passwd' }])], // prettier-ignore
  ['an end in the middle', archive.subarray(0, 700)],
  ['damaged gzip', gzipSync(archive).fill(0, 40)],
] as const) {
  test(`an archive with ${what}`, async () => {
    await using place = await contextOf({});
    assert.match(await failureOf(fromStdin(place, bytes)), /^CONTEXT_INVALID: /);
    assert.equal(readdirSync(place.outside), []);
    assert.equal(readdirSync(join(place.cacheDirectory, 'scratch')), []);
  });
}

when(needs('command:bzip2'))('a bomb', async () => {
  await using place = await contextOf({});
  const { output } = await run(['sh', '-c', 'head -c 100M /dev/zero | bzip2 -c']);
  assert.match(await failureOf(fromStdin(place, output)), /^CONTEXT_INVALID: .* more than/);
});

test('links of an archive lead nowhere outside', async () => {
  await using place = await contextOf({});
  await writeFile(join(place.outside, 'secret'), 'secret');
  const links = ['/etc/hostname', '../../../../../../etc/hostname', `${place.outside}/secret`];
  const bytes = tarOf(
    links.map((linkpath, at) => ({ path: `l${at}`, type: 'SymbolicLink', linkpath })),
  );
  await using context = await fromStdin(place, bytes);
  for (const at of links.keys()) {
    assert.match(await failureOf(context.select({ sources: [`l${at}`] })), 'SOURCE_NOT_FOUND');
    assert.is(await context.readFile(`l${at}`, 1000), undefined);
  }
});

test('what ADD unpacks, and what it copies', async () => {
  await using place = await contextOf({ 'text.tar': 'no archive', 'broken.gz': '\u001f\u008bx' });
  await writeFile(join(place.path, 'gzipped-text'), gzipSync('text'));
  await writeFile(join(place.path, 'a.tar'), archive);
  await writeFile(join(place.path, 'a.bin'), gzipSync(archive));
  await using context = await place.open();
  const { cacheDirectory } = place;
  for (const [name, isArchive] of [
    ['text.tar', false],
    ['broken.gz', false],
    ['gzipped-text', false],
    ['a.tar', true],
    ['a.bin', true],
  ] as const) {
    const selection = await context.select({ sources: [name] });
    const [entry] = selection.matches[0]?.entries ?? [];
    if (entry === undefined) throw new Error('nothing selected');
    await using source = await openArchiveOf(selection, entry, { cacheDirectory });
    assert.is(source !== undefined, isArchive, name);
    if (source === undefined) continue;
    const { matches } = await source.select({ sources: ['Dockerfile'] });
    const { uid, gid } = matches[0]?.entries[0]?.entry ?? {};
    assert.equal([uid, gid], needs('root') ? [7, 8] : [0, 0]);
  }
});

test('what a killed build unpacked is swept by the next', async () => {
  await using place = await contextOf({});
  const scratch = join(place.cacheDirectory, 'scratch');
  const dead = join(scratch, '.tmp-999999999-1-00000000-0000-0000-0000-000000000000-0123456789ab');
  await mkdir(join(dead, 'tree'), { recursive: true });
  await using context = await fromStdin(place, archive);
  assert.not(existsSync(dead));
  assert.is((await context.readFile('.dockerignore', 10))?.toString(), '*.md');
});

test.run();
