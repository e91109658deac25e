import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { ownIdMaps } from '@ctrkit/syscalls';
import { directorySpec } from '../directory-spec.ts';
import { checkRoot } from '../read-bundle.ts';
import { explainOption, runSpec } from './run-spec.ts';

export const command: Command = defineCommand({
  operands: 'DIR -- COMMAND [ARG...]',
  trailing: true,
  options: {
    env: { type: 'array', alias: 'e', describe: 'Set an environment variable, NAME=value' },
    hostname: { type: 'string', alias: 'h', describe: 'The host name (default "container")' },
    network: {
      type: 'string',
      choices: ['none', 'host'],
      default: 'none',
      describe: 'Connect to a network: none, host',
    },
    'read-only': { type: 'boolean', describe: 'Mount the root read-only' },
    explain: explainOption,
  },
  errorExitCode: 125,
  async run({ options, operands: [directory, ...args] }, context) {
    await checkRoot(directory);
    const spec = directorySpec({
      directory,
      args,
      env: options.env,
      readonly: options['read-only'],
      hostNetwork: options.network === 'host',
      ids: ownIdMaps(),
      ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    });
    return runSpec(spec, directory, options, context);
  },
});
