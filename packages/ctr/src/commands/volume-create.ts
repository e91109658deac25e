import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { createVolume } from '@ctrkit/engine';
import { labelsOf } from '../labels.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

export const command: Command = defineCommand({
  operands: '[VOLUME]',
  options: {
    ...directoryOptions,
    driver: {
      type: 'string',
      alias: 'd',
      default: 'local',
      describe: 'Specify volume driver name',
    },
    label: { type: 'array', describe: 'Set metadata for a volume' },
    name: { type: 'string', hidden: true, describe: 'Specify volume name' },
  },
  async run({ options, operands: [operand] }, { stdout, env }) {
    const { driver, label } = options;
    if (operand !== undefined && options.name !== undefined) {
      throw new CliError('USAGE', 'conflicting options: cannot specify a volume name through both --name and as a positional arg', { exitCode: 1 }); // prettier-ignore
    }
    const name = operand ?? options.name;
    if (driver !== 'local') {
      throw new CliError('USAGE', `create ${name ?? ''}: error looking up volume plugin ${driver}: plugin "${driver}" not found`, { exitCode: 1, pointer: 'none', hint: 'the one driver is local' }); // prettier-ignore
    }
    const volume = await createVolume(engineOf(options, env), { name, labels: labelsOf(label) });
    stdout.write(`${volume.name}\n`);
  },
});
