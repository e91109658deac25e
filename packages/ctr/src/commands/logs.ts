import { CliError, defineCommand, parseTimeArgument } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { containerLog } from '@ctrkit/engine';
import { CollectedOutput } from '../collected-output.ts';
import { writeEntries } from '../write-entries.ts';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

const refuse = (message: string, cause?: unknown): CliError =>
  new CliError('FLAG_VALUE_INVALID', message, { exitCode: 1, cause });

// Docker takes `0` and nothing for no bound at all.
function parseBound(name: string, text: string | undefined): bigint | undefined {
  if (text === undefined || text === '' || text === '0') return undefined;
  try {
    return parseTimeArgument(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`invalid value for "${name}": ${why}`, cause);
  }
}

// Docker takes everything that is no number for `all`; a mistake is better told, and scripts that say `-1` go on.
function parseTail(text: string): number | undefined {
  if (text === 'all' || text === '' || /^-\d+$/.test(text)) return undefined;
  if (/^\+?\d+$/.test(text)) return Number(text);
  throw refuse('tail value must be a positive integer or "all"');
}

export const command: Command = defineCommand({
  operands: 'CONTAINER',
  options: {
    ...directoryOptions,
    follow: { type: 'boolean', alias: 'f', describe: 'Follow log output' },
    since: {
      type: 'string',
      describe:
        'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    },
    tail: {
      type: 'string',
      alias: 'n',
      default: 'all',
      describe: 'Number of lines to show from the end of the logs',
    },
    timestamps: { type: 'boolean', alias: 't', describe: 'Show timestamps' },
    until: {
      type: 'string',
      describe:
        'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    },
  },
  async run({ options, operands: [name] }, context) {
    const output = new CollectedOutput(context);
    const entries = containerLog(engineOf(options, context.env), name, {
      follow: options.follow,
      tail: parseTail(options.tail),
      since: parseBound('since', options.since),
      until: parseBound('until', options.until),
      signal: output.signal,
    });
    // SIGINT and its like are left alone: there is nothing to tidy up, and each ends us at once.
    await writeEntries(entries, output, { timestamps: options.timestamps });
  },
});
