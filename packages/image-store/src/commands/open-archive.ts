import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Context } from '@ctrkit/cli-kit';

/** A file as a stream, or standard input for `-`. Fails here where the file cannot be opened. */
export async function openArchive(
  source: string,
  context: Context,
): Promise<AsyncIterable<Buffer>> {
  if (source === '-') return context.stdin();
  const fd = await open(source);
  return createReadStream('', { fd, highWaterMark: 1024 * 1024 });
}
