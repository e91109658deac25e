import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openCgroup } from '../create.ts';
import { limitOptions, resourcesOf } from './limit-options.ts';
import { warnOf } from './warn.ts';

export const command: Command = defineCommand({
  operands: 'PATH',
  options: limitOptions,
  async run({ options, operands: [path] }, context) {
    const cgroup = await openCgroup(path);
    warnOf(await cgroup.update(resourcesOf(options)), context);
  },
});
