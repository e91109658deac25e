import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { collectLayers, ensureLayers, storedLayers } from '@ctrkit/rootfs';
import type { RootfsEvent } from '@ctrkit/rootfs';
import { makeImageLayout, needs, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const asRoot = when(needs('root'));

const file = (path: string, content: string): TarEntry => ({ path, type: 'File', content });

asRoot(
  'a second image on the same base unpacks what is its own, and nothing of the base',
  async () => {
    await using made = await temporaryDirectory();
    const root = join(made.path, 'root');
    const base = tarOf([file('base', 'base')]);
    const unpack = async (name: string): Promise<{ layers: string[]; unpacked: string[] }> => {
      const unpacked: string[] = [];
      const onEvent = (event: RootfsEvent): void => {
        if (event.type === 'layer' && event.status === 'unpacking') unpacked.push(event.id);
      };
      await makeImageLayout(join(made.path, name), { layers: [base, tarOf([file(name, name)])] });
      const layout = await openLayout(join(made.path, name));
      const layers = await ensureLayers(layout, await resolveImage(layout), { root, onEvent });
      return { layers, unpacked };
    };
    const first = await unpack('first');
    const [below = ''] = first.layers;
    const { ino, ctimeNs } = statSync(join(below, 'base'), { bigint: true });
    const second = await unpack('second');
    assert.is(first.unpacked.length, 2);
    assert.is(second.unpacked.length, 1);
    assert.is(second.layers[0], below);
    const now = statSync(join(below, 'base'), { bigint: true });
    assert.equal([now.ino, now.ctimeNs], [ino, ctimeNs]);
    assert.is((await storedLayers(root)).length, 3);
  },
);

const FILES = 20_000;

asRoot(
  'while an image of 20,000 files is removed, its caller goes on with other things',
  async () => {
    await using made = await temporaryDirectory();
    const [root, source] = [join(made.path, 'root'), join(made.path, 'layout')];
    const entries = Array.from({ length: FILES }, (_, at) => file(`d${at % 100}/f${at}`, ''));
    await makeImageLayout(source, { layers: [tarOf(entries)] });
    const layout = await openLayout(source);
    const [directory = ''] = await ensureLayers(layout, await resolveImage(layout), { root });
    assert.ok(existsSync(join(directory, 'd0/f0')));

    // A turn that is free takes microseconds; of what deletes 20,000 files there is at most a handful in each.
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const { deleted } = await collectLayers(root, { needed: () => Promise.resolve(new Set()) });
    clearImmediate(next);
    assert.is(deleted.length, 1);
    assert.not.ok(existsSync(directory));
    assert.ok(turns > 1000, `${turns} turns`);
  },
);

test.run();
