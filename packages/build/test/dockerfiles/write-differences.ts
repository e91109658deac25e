import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { renderDifferences } from './render-differences.ts';

/** Where the page is. */
export const page: string = fileURLToPath(
  new URL('../../../../docs/build-differences.md', import.meta.url),
);

/** The page as prettier has it. */
export const rendered = (): Promise<string> =>
  format(renderDifferences(), { parser: 'markdown', printWidth: 100 });

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, await rendered());
