import { resolve } from 'node:path';
import { CliError, defineCommand, printableLine } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { archiveFromContainer, copyFromContainer, copyToContainer, unpackIntoContainer } from '@ctrkit/engine'; // prettier-ignore
import type { CopyOptions, Engine } from '@ctrkit/engine';
import { copyOperand } from './copy-operand.ts';
import type { CopyOperand } from './copy-operand.ts';
import { showCopy } from './copy-progress.ts';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { writeArchive } from './write-archive.ts';

const refusal = (text: string): CliError =>
  new CliError('USAGE', text, { exitCode: 1, pointer: 'none' });

type InContainer = CopyOperand & { readonly container: string };

const isInContainer = (operand: CopyOperand): operand is InContainer =>
  operand.container !== undefined;

async function copyOut(
  engine: Engine,
  { container, path }: InContainer,
  destination: string,
  { quiet, ...options }: CopyOptions & { readonly quiet: boolean },
  context: Context,
): Promise<void> {
  if (destination === '-') {
    if (context.stdout.isTerminal) throw refusal('refusing to write an archive to a terminal: redirect it'); // prettier-ignore
    const archive = await archiveFromContainer(engine, container, path, options);
    await writeArchive(archive, '', context);
    return;
  }
  const words = { header: 'Copying from container', destination: resolve(destination), quiet };
  await showCopy(words, context, (onBytes) =>
    copyFromContainer(engine, container, path, destination, { ...options, onBytes }),
  );
}

async function copyIn(
  engine: Engine,
  source: string,
  { container, path }: InContainer,
  { quiet, ...options }: CopyOptions & { readonly quiet: boolean },
  context: Context,
): Promise<void> {
  if (source === '-') {
    await unpackIntoContainer(engine, context.stdin(), container, path, options);
    return;
  }
  const words = { header: 'Copying to container', destination: `${container}:${path}`, quiet };
  await showCopy(words, context, (onBytes) =>
    copyToContainer(engine, source, container, path, { ...options, onBytes }),
  );
}

export const command: Command = defineCommand({
  operands: 'CONTAINER:SRC_PATH DEST_PATH|-',
  alternative: 'SRC_PATH|- CONTAINER:DEST_PATH',
  options: {
    ...directoryOptions,
    archive: {
      type: 'boolean',
      alias: 'a',
      describe: 'Archive mode (copy all uid/gid information)',
    },
    'follow-link': {
      type: 'boolean',
      alias: 'L',
      describe: 'Always follow symbol link in SRC_PATH',
    },
    quiet: {
      type: 'boolean',
      alias: 'q',
      tristate: true,
      describe:
        'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
    },
  },
  async run({ options, operands }, context) {
    const [from, to] = operands.map(copyOperand);
    if (from === undefined || to === undefined) return;
    if (operands[0] === '') throw refusal('source can not be empty');
    if (operands[1] === '') throw refusal('destination can not be empty');
    const given = {
      quiet: options.quiet ?? !context.stdout.isTerminal,
      followLinks: options['follow-link'],
      archive: options.archive,
      signal: context.signal,
      onEvent: (event) => {
        if (event.type !== 'dropped') return;
        context.stderr.write(`left out ${event.what} ${printableLine(event.path)}\n`);
      },
    } satisfies CopyOptions & { quiet: boolean };
    if (isInContainer(from) && isInContainer(to)) {
      throw refusal('copying between containers is not supported');
    }
    const engine = engineOf(options, context.env);
    if (isInContainer(from)) await copyOut(engine, from, to.path, given, context);
    else if (isInContainer(to)) await copyIn(engine, from.path, to, given, context);
    else throw refusal('must specify at least one container source');
  },
});
