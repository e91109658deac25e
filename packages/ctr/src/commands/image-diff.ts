import { defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { diffStoredImages } from '@ctrkit/engine';
import type { ConfigChange, FileChange } from '@ctrkit/engine';
import { parsePlatform } from '@ctrkit/oci';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE IMAGE',
  options: {
    ...directoryOptions,
    format: {
      type: 'string',
      choices: ['text', 'json'],
      default: 'text',
      describe: 'A line each for people (text), or an object a line for programs (json)',
    },
    platform: {
      type: 'string',
      describe: 'Compare the images of this platform: os/arch[/variant]',
      coerce: parsePlatform,
    },
  },
  async run({ options, operands: [before, after] }, { stdout, env, signal }) {
    const { platform } = options;
    const { files, config } = await diffStoredImages(engineOf(options, env), before, after, {
      signal,
      ...(platform !== undefined && { platform }),
    });
    const [showFile, showConfig] =
      options.format === 'json' ? [JSON.stringify, JSON.stringify] : [fileLine, configLine];
    const lines = [
      ...files.map((each) => showFile(each)),
      ...config.map((each) => showConfig(each)),
    ];
    stdout.write(lines.map((line) => `${line}\n`).join(''));
  },
});

const fileLine = ({ kind, path }: FileChange): string => printable(`${kind} ${path}`);

function configLine({ field, before, after }: ConfigChange): string {
  return printable(`config ${field}: ${text(before)} -> ${text(after)}`);
}

const text = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));
