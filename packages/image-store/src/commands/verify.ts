import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Column, Command } from '@ctrkit/cli-kit';
import type { Problem } from '../verify/problem.ts';
import { rootOption, storeOf } from './root-option.ts';

const columns: readonly Column<Problem>[] = [
  { header: 'PROBLEM', value: ({ code }) => code },
  { header: 'OBJECT', value: ({ digest, path }) => digest ?? path },
  { header: 'IMAGES', value: ({ images }) => images.join(', ') },
  { header: 'PULL AGAIN', value: ({ pull }) => pull.join(', ') },
  { header: 'MESSAGE', value: ({ message }) => message },
];

export const command: Command = defineCommand({
  operands: '[IMAGE...]',
  options: { ...rootOption, format: formatOption },
  async run({ options, operands }, { stdout, signal, env }) {
    const store = await storeOf(options.root, env);
    const { problems } = await store.verify({ images: operands, signal });
    await printRows(stdout, problems, { format: options.format, columns });
    return problems.length === 0 ? 0 : 1;
  },
});
