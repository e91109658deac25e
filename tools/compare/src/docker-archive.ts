import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { run } from '@ctrkit/testing';
import type { BuiltImage } from './image-facts.ts';

interface Entry {
  readonly Config: string;
  readonly Layers: readonly string[];
}

async function readLayer(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** Unpacks what `docker save` and BuildKit's `type=docker` write, and reads its one image. */
export async function readDockerArchive(archive: string, directory: string): Promise<BuiltImage> {
  await mkdir(directory);
  await run(['tar', '-xf', archive, '-C', directory]);
  const manifest = await readFile(join(directory, 'manifest.json'), 'utf8');
  const [entry] = JSON.parse(manifest) as readonly Entry[];
  if (entry === undefined) throw new Error(`${archive}: no image in it`);
  const text = await readFile(join(directory, entry.Config), 'utf8');
  return {
    configuration: JSON.parse(text) as BuiltImage['configuration'],
    layer: (index) => readLayer(join(directory, entry.Layers[index] ?? '')),
  };
}
