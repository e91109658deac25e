import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AnswerFile } from './answer.ts';

const nothing: AnswerFile = { versions: { classic: '', buildkit: '' }, answers: {} };

const pathOf = (group: string): string =>
  fileURLToPath(new URL(`../answers/${group}.json`, import.meta.url));

/** The answers that are kept for a group; none where it was never asked. */
export function readAnswers(group: string): AnswerFile {
  const path = pathOf(group);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as AnswerFile) : nothing;
}

/** Keeps the answers of a group, as prettier would write them. */
export async function writeAnswers(group: string, file: AnswerFile): Promise<void> {
  const { format } = await import('prettier');
  const text = await format(JSON.stringify(file), { parser: 'json', printWidth: 100 });
  writeFileSync(pathOf(group), text);
}
