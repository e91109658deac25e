import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { createCgroup } from '../create.ts';
import { limitOptions, resourcesOf } from './limit-options.ts';
import { warnOf } from './warn.ts';

export const command: Command = defineCommand({
  operands: 'PATH',
  options: limitOptions,
  async run({ options, operands: [path] }, context) {
    const cgroup = await createCgroup(path, resourcesOf(options));
    warnOf(cgroup.ignored, context);
    context.stdout.write(`${JSON.stringify({ path: cgroup.path, joinFiles: cgroup.joinFiles })}\n`);
  },
});
