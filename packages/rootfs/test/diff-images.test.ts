import { join } from 'node:path';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { diffImages } from '@ctrkit/rootfs';
import { makeImageLayout, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const dir = (path: string): TarEntry => ({ path, type: 'Directory' });
const file = (path: string, content = '', more: Partial<TarEntry> = {}): TarEntry => ({
  path,
  type: 'File',
  content,
  ...more,
});
const link = (path: string, linkpath: string): TarEntry => ({ path, type: 'SymbolicLink', linkpath }); // prettier-ignore

type Layers = readonly (readonly TarEntry[])[];

/** The differences, a line each: the letter, the path, in what. */
async function diff(before: Layers, after: Layers): Promise<string[]> {
  await using directory = await temporaryDirectory();
  const layouts = [];
  for (const [at, layers] of [before, after].entries()) {
    const path = join(directory.path, String(at));
    await makeImageLayout(path, { layers: layers.map(tarOf) });
    layouts.push(await openLayout(path));
  }
  const [first, second] = layouts;
  assert.ok(first && second);
  // Both in one layout, as in a store.
  const both = join(directory.path, 'both');
  await makeImageLayout(both, { layers: before.map(tarOf) });
  await makeImageLayout(both, { layers: after.map(tarOf) });
  const changes = await diffImages(
    await openLayout(both),
    await resolveImage(first),
    await resolveImage(second),
  );
  return changes.map(({ kind, path, aspects }) => [kind, path, ...aspects].join(' '));
}

const base = [dir('etc'), file('etc/passwd', 'root'), file('bin/sh', 'sh'), dir('d'), file('d/f')];

const table: Record<string, [Layers, Layers, string[]]> = {
  'the same': [[base], [base], []],
  'the same files in other layers': [[base], [base.slice(0, 2), base.slice(2)], []],
  'other times': [[[file('a')]], [[file('a', '', { mtime: new Date(1e12) })]], []],
  'an added file, with its directory': [
    [base],
    [base, [file('etc/new')]],
    ['C /etc', 'A /etc/new'],
  ],
  'an added directory, with all that is in it': [
    [base],
    [base, [dir('n'), file('n/a')]],
    ['A /n', 'A /n/a'],
  ],
  'a removed file': [[base], [base, [file('etc/.wh.passwd')]], ['C /etc', 'D /etc/passwd']],
  'a removed directory, and nothing in it': [[base], [base, [file('.wh.d')]], ['D /d']],
  'an emptied directory': [[base], [base, [file('d/.wh..wh..opq')]], ['C /d', 'D /d/f']],
  'changed contents of the same length': [
    [base],
    [base, [file('etc/passwd', 'toor')]],
    ['C /etc', 'C /etc/passwd contents'],
  ],
  'a file where a directory was, and a directory again': [
    [[dir('x'), file('x/a/b'), file('x/c'), file('xx/k')]],
    [[dir('x'), file('x/a/b'), file('xx/k'), file('x'), dir('x'), file('x/a/z'), file('x/a/z')]],
    ['C /x', 'C /x/a', 'D /x/a/b', 'A /x/a/z', 'D /x/c'],
  ],
  'the same, by a layer above': [
    [[dir('x'), file('x/a/b'), file('x/c'), file('xx/k')]],
    [[dir('x'), file('x/a/b'), file('x/c'), file('xx/k')], [file('x')]],
    ['C /x type mode contents', 'D /x/a', 'D /x/c'],
  ],
  'a changed mode and owner': [
    [[file('a')]],
    [[file('a', '', { mode: 0o4755, uid: 1 })]],
    ['C /a mode owner'],
  ],
  'a file that becomes a link': [
    [[file('a')]],
    [[link('a', 'b')]],
    ['C /a type mode contents target'],
  ],
  'a link that leads elsewhere': [[[link('a', 'b')]], [[link('a', 'c')]], ['C /a target']],
  'a directory that becomes a file': [
    [base],
    [base, [file('d', 'x')]],
    ['C /d type mode size contents', 'D /d/f'],
  ],
  'a hard link into a lower layer is that file': [
    [[file('a', '1'), file('b', '1')]],
    [[file('a', '1')], [{ path: 'b', type: 'Link', linkpath: 'a' }]],
    [],
  ],
  'a directory that only its contents imply': [[[file('x/y')]], [[dir('x'), file('x/y')]], []],
  'nothing in common': [[[file('a')]], [[file('b')]], ['D /a', 'A /b']],
};

for (const [what, [before, after, expected]] of Object.entries(table)) {
  test(what, async () => assert.equal(await diff(before, after), expected));
}

test.run();
