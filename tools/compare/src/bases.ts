import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeImageLayout, pushLayout } from '@ctrkit/testing';
import { baseImages } from './base-images.ts';
import type { BaseImage } from './image-facts.ts';
import { treeOf } from './tree.ts';

/** The bases as trees, the images' names beside them. */
export async function readBases(): Promise<readonly BaseImage[]> {
  const images = Object.values(await baseImages());
  return Promise.all(
    images.map(async ({ layers }) => ({
      diffIds: layers.map((layer) => `sha256:${createHash('sha256').update(layer).digest('hex')}`),
      tree: await treeOf(layers.map((layer) => Buffer.from(layer))),
    })),
  );
}

/** Writes the base images as layouts below a directory, each named as itself, and returns the names. */
export async function writeBases(directory: string): Promise<readonly string[]> {
  const images = await baseImages();
  for (const [name, parts] of Object.entries(images)) {
    await makeImageLayout(join(directory, name), parts);
  }
  return Object.keys(images);
}

/** Pushes them to a registry, as `library/NAME`, and returns the names. */
export async function pushBases(directory: string, origin: string): Promise<readonly string[]> {
  const names = await writeBases(directory);
  for (const name of names) {
    await pushLayout(join(directory, name), 'latest', origin, `library/${name}`);
  }
  return names;
}
