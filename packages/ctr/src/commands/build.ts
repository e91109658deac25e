import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { buildFlags } from './build/build-flags.ts';
import { buildProgressOption } from './build-progress/build-progress-option.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'PATH|URL|-',
  options: { ...directoryOptions, ...buildFlags, progress: buildProgressOption },
  async run({ options: flags, operands: [where] }, context) {
    // Its code is as much as that of all other commands.
    const { runBuild } = await import('./build/run-build.ts');
    return await runBuild(where, flags, context);
  },
});
