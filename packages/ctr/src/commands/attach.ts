import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { findContainer } from '@ctrkit/engine';
import { followContainer } from './follow-container.ts';
import { detachKeys, detachKeysOption } from './detach-keys.ts';
import { requireTerminal } from './require-terminal.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER',
  options: {
    ...directoryOptions,
    'detach-keys': detachKeysOption,
    'no-stdin': { type: 'boolean', describe: 'Do not attach STDIN' },
    'sig-proxy': {
      type: 'boolean',
      default: true,
      describe: 'Proxy all received signals to the process',
    },
  },
  run({ options, operands: [name] }, context) {
    const engine = engineOf(options, context.env);
    const { terminal, input, state } = findContainer(engine, name);
    const hasInput = !options['no-stdin'] && input !== 'none';
    requireTerminal(terminal && hasInput && state.status === 'running');
    const keys = detachKeys(options['detach-keys']);
    const proxied = options['sig-proxy'] && !terminal;
    return followContainer(engine, name, { input: hasInput, keys, proxied }, context.stderr);
  },
});
