import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openCgroup } from '../create.ts';

export const command: Command = defineCommand({
  operands: 'PATH',
  async run({ operands: [path] }, { signal }) {
    await (await openCgroup(path)).freeze({ signal });
  },
});
