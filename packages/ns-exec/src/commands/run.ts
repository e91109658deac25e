import { resolve } from 'node:path';
import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { readBundle } from '../read-bundle.ts';
import { explainOption, runSpec } from './run-spec.ts';

export const command: Command = defineCommand({
  operands: 'ID',
  options: {
    bundle: {
      type: 'string',
      alias: 'b',
      valueName: 'DIR',
      default: '.',
      describe: 'The bundle: a directory with a config.json',
    },
    explain: explainOption,
  },
  errorExitCode: 125,
  async run({ options, operands: [id] }, context) {
    // The id names a cgroup: never a path.
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(id)) {
      throw new CliError('USAGE', `invalid container id ${JSON.stringify(id)}`);
    }
    const bundle = resolve(options.bundle);
    const spec = await readBundle(bundle);
    const resources = spec.linux?.resources;
    // As runc: limits without a path get one that the id names.
    const named =
      resources !== undefined && process.geteuid?.() === 0
        ? { ...spec, linux: { cgroupsPath: `ns-exec/${id}`, ...spec.linux } }
        : spec;
    return runSpec(named, bundle, options, context);
  },
});
