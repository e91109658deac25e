import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { parseReference } from '@ctrkit/oci';
import { makeImageLayout, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mountSources } from '../src/mount-sources.ts';

test('layers of other repositories of the registry; an image that is gone by now has none', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  await makeImageLayout(path, { layers: [tarOf([{ path: 'a', type: 'File', content: 'a' }])] });
  const layout = await openLayout(path);
  const { manifest, manifestDescriptor } = await resolveImage(layout);
  const [layer] = manifest.layers;
  if (layer === undefined) throw new Error('an image without a layer');
  const target = parseReference('r.test/app');
  const sourceOf = async (name: string): Promise<string | undefined> => {
    const image = { manifest: manifestDescriptor, reference: parseReference(name) };
    return (await mountSources(layout, [image], target))(layer);
  };
  assert.is(await sourceOf('r.test/base'), 'base');
  assert.is(await sourceOf('r.test/app:old'), undefined);
  assert.is(await sourceOf('other.test/base'), undefined);
  await rm(join(path, 'blobs/sha256', manifestDescriptor.digest.slice('sha256:'.length)));
  assert.is(await sourceOf('r.test/base'), undefined);
});

test.run();
