import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '@ctrkit/cli-kit';
import type { Context } from '@ctrkit/cli-kit';
import { writeStreamAtomic } from '@ctrkit/durable';

export const outputOption = {
  type: 'string',
  alias: 'o',
  default: '',
  describe: 'Write to a file, instead of STDOUT',
} as const;

const refusal = (text: string): CliError =>
  new CliError('USAGE', text, { exitCode: 1, pointer: 'none' });

/**
 * Refuses, in docker's words, what no archive can be written to. `what` is what cannot be done then: `save image`.
 * Throws CliError USAGE.
 */
export function checkOutput(
  output: string,
  what: string,
  { stdout }: Pick<Context, 'stdout'>,
): void {
  if (output === '' && stdout.isTerminal) {
    throw refusal('cowardly refusing to save to a terminal. Use the -o flag or redirect');
  }
  if (output === '' || existsSync(dirname(output))) return;
  const why = `stat ${dirname(output)}: no such file or directory`;
  throw refusal(`failed to ${what}: invalid output path: ${why}`);
}

/** Writes an archive to stdout, or whole or not at all to a file. */
export async function writeArchive(
  archive: AsyncIterable<Uint8Array>,
  output: string,
  { stdout, signal }: Pick<Context, 'stdout' | 'signal'>,
): Promise<void> {
  const stream = archive instanceof Readable ? archive : Readable.from(archive);
  signal.addEventListener('abort', () => stream.destroy(signal.reason as Error));
  if (output === '') await pipeline(stream, stdout.stream());
  else await writeStreamAtomic(output, stream);
}
