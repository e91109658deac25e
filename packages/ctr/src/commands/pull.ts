import { defineCommand, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { pullImage } from '@ctrkit/engine';
import { formatReference, parseReference } from '@ctrkit/oci';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { linesAfter, linesBefore } from './pull-lines.ts';

export const command: Command = defineCommand({
  operands: 'NAME[:TAG|@DIGEST]',
  options: {
    ...directoryOptions,
    platform: { type: 'string', describe: 'Pull an image of this platform' },
    progress: progressOption,
    quiet: { type: 'boolean', alias: 'q', describe: 'Suppress verbose output' },
  },
  async run({ options, operands: [name] }, context) {
    const engine = engineOf(options, context.env);
    const progress = context.progress(options.quiet ? 'none' : options.progress);
    const say = (text: string): void => progress.event({ type: 'message', text });
    linesBefore(name).forEach(say);
    const image = await pullImage(engine, name, {
      platform: options.platform,
      signal: context.signal,
      onEvent: progress.event,
    });
    // What the live line was about is over.
    progress.stop();
    linesAfter(image).forEach(say);
    context.stdout.write(`${formatReference(parseReference(name))}\n`);
  },
});
