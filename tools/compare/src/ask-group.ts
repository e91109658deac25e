import { join } from 'node:path';
import type { AnswerFile, Answers } from './answer.ts';
import { askAll } from './ask.ts';
import type { Builder } from './builder.ts';
import type { CaseGroup } from './dockerfile-case.ts';
import type { BaseImage } from './image-facts.ts';

export interface GroupOptions {
  readonly builders: readonly Builder[];
  /** Whether a case is asked anew. */
  readonly isWanted: (name: string) => boolean;
  readonly directory: string;
  readonly bases: readonly BaseImage[];
}

/** The answers to a group; those that are not asked anew stay, those to a case that is gone go. */
export async function answersOf(
  group: CaseGroup,
  kept: AnswerFile,
  { builders, isWanted, directory, bases }: GroupOptions,
): Promise<AnswerFile> {
  const where = { directory: join(directory, group.name), bases };
  const answers: Record<string, Answers> = {};
  for (const one of group.cases) {
    const before = kept.answers[one.name] ?? {};
    answers[one.name] = isWanted(one.name) ? await askAll(builders, one, before, where) : before;
  }
  const versions = { ...kept.versions };
  for (const { name, version } of builders) versions[name] = version;
  return { versions, answers };
}
