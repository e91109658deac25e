import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openCgroup } from '../create.ts';

export const command: Command = defineCommand({
  operands: 'PATH [PATH...]',
  async run({ operands }, { signal }) {
    for (const path of operands) {
      if (path !== undefined) await (await openCgroup(path)).delete({ signal });
    }
  },
});
