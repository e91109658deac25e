import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Walker } from '@ctrkit/syscalls';
import type { WalkRecord, WalkSelection } from '@ctrkit/syscalls';
import { run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf } from './plan-helpers.ts';

async function walked(walker: Walker, ...selections: WalkSelection[]): Promise<WalkRecord[]> {
  const all: WalkRecord[] = [];
  let ends = 0;
  for await (const records of walker.walk(selections)) {
    for (const record of records) {
      if (record.kind === 'end') ends += 1;
      else all.push(record);
    }
  }
  assert.is(ends, selections.length);
  return all;
}

const shown = (records: readonly WalkRecord[]): string[] =>
  records.map((record) => (record.kind === 'entry' ? record.path : record.content).toString());

test('one helper walks again and again, in the root that it has', async () => {
  await using root = await temporaryDirectory();
  const tree = join(root.path, 'tree');
  await mkdir(join(tree, 'a'), { recursive: true });
  await writeFile(join(tree, 'a', 'f'), 'hello');
  await using walker = new Walker([{ op: 'root', path: tree }]);
  assert.equal(shown(await walked(walker, { depth: 1 })), ['.', 'a']);
  await rename(tree, join(root.path, 'elsewhere'));
  await symlink('/etc', tree);
  const files = { path: 'a/f', contents: 10 };
  assert.equal(shown(await walked(walker, files, files)), ['a/f', 'hello', 'a/f', 'hello']);
  assert.equal(shown(await walked(walker)), []);
  await walker.end();
});

test('walks that are asked for at once come one after the other', async () => {
  await using root = await temporaryDirectory();
  for (const name of ['a', 'b', 'c']) await writeFile(join(root.path, name), name.repeat(200_000));
  await using walker = new Walker([{ op: 'root', path: root.path }]);
  const each = await Promise.all(
    ['a', 'b', 'c'].map((path) => walked(walker, { path, contents: 1_000_000 })),
  );
  const letters = each.map((records) => [...new Set(shown(records).join(''))].join(''));
  assert.equal(letters, ['a', 'b', 'c']);
});

test('a walk that fails is the last', async () => {
  await using root = await temporaryDirectory();
  await using walker = new Walker([{ op: 'root', path: root.path }]);
  assert.equal(shown(await walked(walker, { path: 'absent', optional: true })), []);
  assert.is(await failureOf(walked(walker, { path: 'absent' })), 'walk ENOENT');
  assert.is(await failureOf(walked(walker, {})), 'walk ENOENT');
});

test('without contents and attributes no file is opened', async () => {
  await using root = await temporaryDirectory();
  await run(['mkfifo', join(root.path, 'pipe')]);
  await writeFile(join(root.path, 'file'), 'hello', { mode: 0o000 });
  await using walker = new Walker([{ op: 'root', path: root.path }]);
  const [, file, pipe] = await walked(walker, { xattrs: false });
  assert.equal(shown([file, pipe] as WalkRecord[]), ['file', 'pipe']);
  if (file?.kind !== 'entry') throw new Error('no entry');
  assert.equal(file.segments, []);
  assert.ok(file.changed >= file.modified);
});

test.run();
