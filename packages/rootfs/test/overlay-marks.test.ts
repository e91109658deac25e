import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureLayers, mountLayers, unpackImage } from '@ctrkit/rootfs';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { walkTree } from '@ctrkit/syscalls';
import { makeImageLayout, needs, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const withOverlay = when(needs('root', 'overlay'));

const dir = (path: string, mode = 0o755): TarEntry => ({ path, type: 'Directory', mode });
const file = (path: string, content = ''): TarEntry => ({ path, type: 'File', content });
const link = (path: string, linkpath: string): TarEntry => ({
  path,
  type: 'SymbolicLink',
  linkpath,
});
const hard = (path: string, linkpath: string): TarEntry => ({ path, type: 'Link', linkpath });

interface Case {
  readonly layers: readonly (readonly TarEntry[])[];
  /** `path` of a directory, `path=content` of a file; what the image's containers see. */
  readonly seen: readonly string[];
}

const base = [
  dir('d', 0o750),
  file('d/a', '1'),
  file('d/b', '1'),
  dir('d/s'),
  file('d/s/c', '1'),
  file('f', '1'),
];

const cases: Record<string, Case> = {
  'a whiteout removes a file': {
    layers: [base, [dir('d'), file('d/.wh.a')]],
    seen: ['d', 'd/b=1', 'd/s', 'd/s/c=1', 'f=1'],
  },
  'a whiteout removes a directory': { layers: [base, [file('.wh.d')]], seen: ['f=1'] },
  'a whiteout of what is not there': {
    layers: [base.slice(-1), [file('.wh.nothing')]],
    seen: ['f=1'],
  },
  'an opaque directory hides what is below': {
    layers: [base, [dir('d'), file('d/.wh..wh..opq'), file('d/n', '2')]],
    seen: ['d', 'd/n=2', 'f=1'],
  },
  'an opaque mark that comes after what it does not hide': {
    layers: [
      base,
      [dir('d'), file('d/n', '2'), dir('d/s'), file('d/s/m', '2'), file('d/.wh..wh..opq')],
    ],
    seen: ['d', 'd/n=2', 'd/s', 'd/s/m=2', 'f=1'],
  },
  'a whiteout and the same name in one layer': {
    layers: [base, [file('.wh.d'), dir('d'), file('d/n', '2'), file('.wh.f'), file('f', '2')]],
    seen: ['d', 'd/n=2', 'f=2'],
  },
  'the same name and then a whiteout of it': {
    layers: [base, [dir('d'), file('d/n', '2'), file('.wh.d'), file('f', '2'), file('.wh.f')]],
    seen: ['d', 'd/n=2', 'f=2'],
  },
  'a removed file comes back': {
    layers: [
      base,
      [file('.wh.f')],
      [file('f', '3')],
      [file('.wh.d')],
      [dir('d'), file('d/x', '5')],
    ],
    seen: ['d', 'd/x=5', 'f=3'],
  },
  'a file in the place of a directory, and a directory in the place of a file': {
    layers: [base, [file('d', '2'), dir('f'), file('f/g', '2')]],
    seen: ['d=2', 'f', 'f/g=2'],
  },
  'an opaque root': { layers: [base, [file('.wh..wh..opq'), file('n', '2')]], seen: ['n=2'] },
  'what aufs kept is left out': {
    layers: [base.slice(-1), [file('.wh..wh.aufs'), dir('.wh..wh.plnk')]],
    seen: ['f=1'],
  },
  'a hard link to a lower layer': {
    layers: [base, [hard('h', 'd/a'), hard('i', 'h')]],
    seen: ['d', 'd/a=1', 'd/b=1', 'd/s', 'd/s/c=1', 'f=1', 'h=1', 'i=1'],
  },
  'a parent that the layer does not describe keeps its mode': {
    layers: [base.slice(0, 2), [file('d/n', '2')]],
    seen: ['d', 'd/a=1', 'd/n=2'],
  },
  'a link below, an undescribed parent above': {
    layers: [[dir('real'), link('way', 'real')], [file('way/f', '2')]],
    seen: ['real', 'way', 'way/f=2'],
  },
  'two equal layers with another between': {
    layers: [base.slice(-1), [file('.wh.f')], base.slice(-1)],
    seen: ['f=1'],
  },
};

async function seenIn(
  walk: ReturnType<typeof walkTree>,
): Promise<{ names: string[]; metadata: string[] }> {
  const names: string[] = [];
  const metadata: string[] = [];
  for await (const record of walk) {
    if (record.kind === 'data') names[names.length - 1] += record.content.toString();
    else if (record.path.toString() !== '.') {
      names.push(`${record.path.toString()}${record.type === 'file' ? '=' : ''}`);
      metadata.push(`${record.path.toString()} ${record.mode.toString(8)} ${record.modified}`);
    }
  }
  return { names, metadata };
}

for (const [what, { layers, seen }] of Object.entries(cases)) {
  withOverlay(`${what}: as an overlay and as one directory`, async () => {
    await using directory = await temporaryDirectory();
    const at = (name: string): string => join(directory.path, name);
    await mkdir(at('layout'));
    await makeImageLayout(at('layout'), {
      layers: [[], ...layers].map((entries) => tarOf(entries)),
    });
    const layout = await openLayout(at('layout'));
    const image = await resolveImage(layout);
    const lowers = await ensureLayers(layout, image, { root: at('root') });
    // Once more from what is there: nothing changes.
    assert.equal(await ensureLayers(layout, image, { root: at('root') }), lowers);
    const two = lowers.length === 1 ? [at('layout'), ...lowers] : lowers;
    if (lowers.length === 1) await mkdir(at('empty'));
    const stack = lowers.length === 1 ? [at('empty'), ...two.slice(1)] : two;
    const overlay = await seenIn(walkTree(mountLayers(stack), { contents: 100 }));
    assert.equal(overlay.names, seen);
    await unpackImage(layout, image, at('flat'));
    const flat = await seenIn(walkTree([{ op: 'root', path: at('flat') }], { contents: 100 }));
    assert.equal(flat, overlay);
  });
}

test.run();
