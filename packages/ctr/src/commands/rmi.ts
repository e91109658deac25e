import { defineCommand, formatError } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { collectUnusedLayers, removeImage } from '@ctrkit/engine';
import type { RemoveResult } from '@ctrkit/image-store';
import { eachOperand } from './each-operand.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { removedLines } from './removed-lines.ts';

const words = { untagged: 'Untagged', deleted: 'Deleted' };

export const command: Command = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  options: {
    ...directoryOptions,
    force: { type: 'boolean', alias: 'f', describe: 'Force removal of the image' },
    'no-prune': { type: 'boolean', describe: 'Do not delete untagged parents (there are none)' },
  },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const { force } = options;
    const absent = new Set<string>();
    const remove = async (name: string): Promise<RemoveResult> => {
      try {
        return await removeImage(engine, name, { force });
      } catch (error) {
        if ((error as { code?: unknown }).code === 'IMAGE_NOT_FOUND') absent.add(name);
        throw error;
      }
    };
    let gone = 0;
    const failed = await eachOperand(operands, context, remove, {
      print: (_, result) => {
        gone += result.images.length;
        return removedLines(result, words).join('\n');
      },
    });
    // The images are gone; what was unpacked of them is only in the way of the disk.
    if (gone > 0) {
      await collectUnusedLayers(engine).catch((error: unknown) => {
        context.stderr.write(`WARNING: ${formatError(error).join('; ')}\n`);
      });
    }
    // With --force what is not there is told, and is no failure.
    return failed.every((name) => force && absent.has(name)) ? 0 : 1;
  },
});
