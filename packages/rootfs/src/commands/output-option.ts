import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '@ctrkit/cli-kit';
import type { Context } from '@ctrkit/cli-kit';
import { writeStreamAtomic } from '@ctrkit/durable';

/** `--output`, of commands that write a layer. */
export const outputOption = {
  output: {
    type: 'string',
    alias: 'o',
    valueName: 'FILE',
    default: '-',
    describe: 'Where to write the layer, uncompressed; - for standard output',
  },
} as const;

/** Writes a layer to stdout, or whole or not at all to a file. Throws CliError USAGE for a terminal. */
export async function writeLayerTo(
  output: string,
  layer: AsyncIterable<Uint8Array>,
  { stdout }: Pick<Context, 'stdout'>,
): Promise<void> {
  if (output !== '-') await writeStreamAtomic(output, Readable.from(layer));
  else if (stdout.isTerminal) throw refusal();
  else await pipeline(Readable.from(layer), stdout.stream());
}

function refusal(): CliError {
  return new CliError('USAGE', 'a layer is not written to a terminal', {
    hint: 'use -o FILE, or redirect the output',
  });
}
