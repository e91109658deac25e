import { CliError, defineCommand, filterOption, formatBytes, parseBytes, printableLine } from '@ctrkit/cli-kit'; // prettier-ignore
import type { Command, Output } from '@ctrkit/cli-kit';
import { prunableBuildCache, pruneBuildCache } from '@ctrkit/engine';
import type { BuildCacheEntry, PruneBuildCacheOptions } from '@ctrkit/engine';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { mayPrune } from './may-prune.ts';
import { moment } from './moment.ts';
import { pruneOptions } from './prune-options.ts';

const warning = (all: boolean): string =>
  `WARNING! This will remove all ${all ? '' : 'dangling '}build cache.\n`;

/** The last `until` counts. Throws CliError FILTER_INVALID. */
function untilOf(filters: readonly (readonly [name: string, value: string])[]): Date | undefined {
  const other = filters.find(([name]) => name !== 'until');
  if (other !== undefined) {
    const text = `invalid filter '${other[0]}': there is until`;
    throw new CliError('FILTER_INVALID', text, { exitCode: 1, pointer: 'none' });
  }
  const value = filters.at(-1)?.[1];
  return value === undefined ? undefined : moment(value);
}

function print(entries: readonly BuildCacheEntry[], output: Output): void {
  const lines = entries.map(
    ({ id, size, description }) => `build cache ${id.slice(0, 12)} ${formatBytes(size)} ${description}`, // prettier-ignore
  );
  if (lines.length > 0) output.write(`${lines.map(printableLine).join('\n')}\n\n`);
}

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    ...pruneOptions,
    all: {
      type: 'boolean',
      alias: 'a',
      describe: 'Remove all unused build cache, not just dangling ones',
    },
    filter: {
      ...filterOption,
      alias: [],
      describe: "Provide filter values (e.g. 'until=24h')",
    },
    'keep-storage': {
      type: 'string',
      alias: 'reserved-space',
      valueName: 'bytes',
      coerce: (text: string): number => parseBytes(text),
      describe: 'Amount of disk space to keep for cache',
    },
  },
  async run({ options }, context) {
    const { stdout } = context;
    const engine = engineOf(options, context.env);
    const wanted: PruneBuildCacheOptions = {
      all: options.all,
      until: untilOf(options.filter),
      keepStorage: options['keep-storage'],
    };
    const entries =
      options.force && !options['dry-run'] ? [] : await prunableBuildCache(engine, wanted);
    const pruning = {
      warning: warning(options.all),
      print: (output: Output) => print(entries, output),
    };
    if (!(await mayPrune(pruning, options, context))) return;
    const { deleted, reclaimed } = await pruneBuildCache(engine, wanted);
    if (deleted.length > 0) {
      stdout.write(`Deleted build cache objects:\n${deleted.join('\n')}\n\n`);
    }
    stdout.write(`Total reclaimed space: ${formatBytes(reclaimed, 4)}\n`);
  },
});
