import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { findVolumes, noSuchVolume } from './find-objects.ts';
import { inspectFormat, inspectObjects } from './inspect-objects.ts';

export const command: Command = defineCommand({
  operands: 'VOLUME [VOLUME...]',
  options: { ...directoryOptions, format: inspectFormat },
  async run({ options, operands }, context) {
    const find = findVolumes(engineOf(options, context.env));
    const { format } = options;
    return await inspectObjects(operands, { find, format, absent: noSuchVolume }, context);
  },
});
