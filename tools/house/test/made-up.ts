import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import type { TemporaryDirectory } from '@ctrkit/testing';

/** A checkout of these files, for rules to find fault with. */
export async function madeUp(files: Record<string, string | object>): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    const full = join(directory.path, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return directory;
}
