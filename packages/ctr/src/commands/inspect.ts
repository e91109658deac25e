import { defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import {
  findContainers,
  findImages,
  findVolumes,
  noSuchImage,
  noSuchVolume,
} from './find-objects.ts';
import { inspectFormat, inspectObjects } from './inspect-objects.ts';

export const command: Command = defineCommand({
  operands: 'NAME|ID [NAME|ID...]',
  options: {
    ...directoryOptions,
    format: inspectFormat,
    type: {
      type: 'string',
      choices: ['container', 'image', 'volume'],
      describe: 'Only inspect objects of this type',
    },
  },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const { format, type } = options;
    const finders = {
      container: findContainers(engine),
      image: findImages(engine),
      volume: findVolumes(engine),
    };
    const { container, image, volume } = finders;
    const find =
      type === undefined
        ? async (name: string) =>
            (await container(name)) ?? (await image(name)) ?? (await volume(name))
        : finders[type];
    const absent = (name: string): string => {
      if (type === 'image') return noSuchImage(name);
      if (type === 'volume') return noSuchVolume(name);
      return printable(`Error: No such ${type ?? 'object'}: ${name}`);
    };
    return await inspectObjects(operands, { find, format, absent }, context);
  },
});
