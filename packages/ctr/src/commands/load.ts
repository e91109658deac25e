import { CliError, defineCommand, printableLine } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import type { ImageRecord } from '@ctrkit/image-store';
import { familiarReference, parsePlatform, parseReference } from '@ctrkit/oci';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { openFile } from './open-file.ts';

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    input: { type: 'string', alias: 'i', describe: 'Read from tar archive file, instead of STDIN' },
    platform: {
      type: 'string',
      describe: 'Load only the given platform: os[/arch[/variant]]',
      coerce: parsePlatform,
    },
    // There is nothing to suppress: what is loaded is printed with it too, as with docker.
    quiet: { type: 'boolean', alias: 'q', describe: 'Suppress the load output' },
  },
  async run({ options }, context) {
    const { input = '', platform } = options;
    const source = await archiveOf(input, context);
    const store = await openImageStore(directoriesOf(options, context.env));
    const images = await store.import(source, {
      signal: context.signal,
      ...(platform !== undefined && { platform }),
    });
    for (const image of images) context.stdout.write(`${printableLine(describe(image))}\n`);
  },
});

function describe({ name, id }: ImageRecord): string {
  if (name === undefined) return `Loaded image ID: ${id}`;
  return `Loaded image: ${familiarReference(parseReference(name))}`;
}

async function archiveOf(input: string, context: Context): Promise<AsyncIterable<Buffer>> {
  if (input !== '') return await openFile(input);
  const stdin = context.stdin();
  if ('isTTY' in stdin && stdin.isTTY) {
    const text = 'requested load from stdin, but stdin is empty';
    throw new CliError('USAGE', text, {
      exitCode: 1,
      pointer: 'none',
      hint: 'give -i FILE, or pipe it in',
    });
  }
  return stdin;
}
