import type { Output } from '@ctrkit/build';
import type { Context } from '@ctrkit/cli-kit';
import { writeArchive } from '../write-archive.ts';
import { fieldsOf } from './fields.ts';

const keys = ['type', 'dest', 'name'] as const;

/** What `--output` asks for. */
export interface GivenOutput {
  readonly output: Output;
  /** Another name for the image. */
  readonly name: string | undefined;
}

/**
 * `--output`: `type=image|local|tar|oci|docker`, with `dest=PATH`; a path alone is a directory, `-` the files as an archive on
 * stdout. Throws an Error.
 */
export function parseOutput(
  text: string,
  context: Pick<Context, 'stdout' | 'signal'>,
): GivenOutput {
  const fields = fieldsOf(text, keys, 'dest');
  const dest = fields.get('dest');
  const type = fields.get('type') ?? (dest === '-' ? 'tar' : 'local');
  const name = fields.get('name');
  switch (type) {
    case 'image':
      return { output: { type }, name };
    case 'local':
      if (dest === undefined || dest === '' || dest === '-') {
        throw new Error('dest is required for local output');
      }
      return { output: { type, directory: dest }, name };
    case 'tar':
    case 'oci':
    case 'docker':
      return { output: { type, write: archiveTo(dest ?? '-', context) }, name };
    default:
      throw new Error(`unknown type "${type}": there is image, local, tar, oci, docker`);
  }
}

function archiveTo(
  dest: string,
  context: Pick<Context, 'stdout' | 'signal'>,
): (bytes: AsyncIterable<Uint8Array>) => Promise<void> {
  if (dest === '-' && context.stdout.isTerminal) {
    throw new Error('an archive is not for a terminal: name a file, or redirect stdout');
  }
  return async (bytes) => await writeArchive(bytes, dest === '-' ? '' : dest, context);
}
