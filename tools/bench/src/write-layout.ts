import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { makeImageLayout } from '@ctrkit/testing';
import type { ImageParts } from '@ctrkit/testing';
import { execute } from './execute.ts';
import { tenLayers } from './ten-layers.ts';

const TEN_LAYERS = '--ten-layers';

/**
 * Writes an OCI layout into a directory: of the image of ten layers, or of one whose layer is the tar archive that is
 * named. In a process of its own, because it holds the archives in memory and computes for many seconds without a pause.
 */
export async function writeLayout(
  directory: string,
  archive: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const args = [...process.execArgv, script, directory, archive ?? TEN_LAYERS];
  await execute([process.execPath, ...args], { env: process.env, signal });
}

async function partsOf(archive: string): Promise<ImageParts> {
  return archive === TEN_LAYERS
    ? tenLayers()
    : { layers: [await readFile(archive)], config: { Cmd: ['bash'] } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [directory = '', archive = ''] = process.argv.slice(2);
  await makeImageLayout(directory, await partsOf(archive));
}
