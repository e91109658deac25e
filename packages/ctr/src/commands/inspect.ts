import { defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { findContainers, findImages, noSuchImage } from './find-objects.ts';
import { inspectFormat, inspectObjects } from './inspect-objects.ts';

export const command: Command = defineCommand({
  operands: 'NAME|ID [NAME|ID...]',
  options: {
    ...directoryOptions,
    format: inspectFormat,
    type: {
      type: 'string',
      choices: ['container', 'image'],
      describe: 'Only inspect objects of this type',
    },
  },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const { format, type } = options;
    const [containers, images] = [findContainers(engine), findImages(engine)];
    const finders = { container: containers, image: images };
    const find =
      type === undefined
        ? async (name: string) => (await containers(name)) ?? (await images(name))
        : finders[type];
    const absent = (name: string): string =>
      type === 'image'
        ? noSuchImage(name)
        : printable(`Error: No such ${type ?? 'object'}: ${name}`);
    return await inspectObjects(operands, { find, format, absent }, context);
  },
});
