import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** An image that is made once and kept for later runs. */
export interface CachedLayout {
  readonly directory: string;
  /** Sizes of the compressed layers, in bytes, the lowest first. */
  readonly layerSizes: readonly number[];
  /** Paths of the compressed layers. */
  readonly layers: readonly string[];
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

async function readBlob(directory: string, { digest }: Descriptor): Promise<unknown> {
  return JSON.parse(await readFile(blobPath(directory, digest), 'utf8'));
}

function blobPath(directory: string, digest: string): string {
  return join(directory, 'blobs', ...digest.split(':'));
}

async function describe(directory: string): Promise<CachedLayout> {
  const index = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')) as {
    readonly manifests: readonly [Descriptor];
  };
  const { layers } = (await readBlob(directory, index.manifests[0])) as {
    readonly layers: readonly Descriptor[];
  };
  return {
    directory,
    layerSizes: layers.map(({ size }) => size),
    layers: layers.map(({ digest }) => blobPath(directory, digest)),
  };
}

/** The OCI layout `name` in `cache`, with one image, `latest`; `write` fills a directory with it when it is not there. */
export async function cachedLayout(
  cache: string,
  name: string,
  write: (directory: string) => Promise<void>,
): Promise<CachedLayout> {
  const directory = join(cache, name);
  if (!existsSync(directory)) {
    const unfinished = `${directory}.${process.pid}`;
    try {
      await mkdir(unfinished, { recursive: true });
      await write(unfinished);
      await rename(unfinished, directory);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return describe(directory);
}
