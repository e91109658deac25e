import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Answer, Answers, BuilderName } from './answer.ts';
import type { Builder, Built } from './builder.ts';
import type { DockerfileCase } from './dockerfile-case.ts';
import { factsOf } from './image-facts.ts';
import type { BaseImage } from './image-facts.ts';
import { writeChanges, writeInputs } from './write-inputs.ts';

async function answerOf(built: Built, bases: readonly BaseImage[]): Promise<Answer> {
  if (!('image' in built)) return built;
  return { code: 0, ...(await factsOf(built.image, bases)) };
}

/** Asks one builder, in a directory that is made and removed. */
export async function ask(
  builder: Pick<Builder, 'build'>,
  one: DockerfileCase,
  directory: string,
  bases: readonly BaseImage[],
): Promise<Answer> {
  try {
    const inputs = await writeInputs(directory, one);
    const first = await builder.build(one, inputs, true);
    if (one.again === undefined || !('image' in first)) return await answerOf(first, bases);
    await writeChanges(inputs, one);
    const changed = { ...one, buildArgs: one.again.buildArgs ?? one.buildArgs ?? {} };
    const second = await builder.build(changed, inputs, false);
    if (!('image' in second)) return second;
    const { cached, ran } = second;
    return { code: 0, ...(await factsOf(second.image, bases)), cached, ran };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Joins what two builders answered the same. */
export function joinAnswers(answers: Readonly<Partial<Record<BuilderName, Answer>>>): Answers {
  const { classic, buildkit } = answers;
  if (classic !== undefined && isDeepStrictEqual(classic, buildkit)) return { both: classic };
  return answers;
}

/** The answer of a builder, undefined where it was not asked. */
export function answerFrom(answers: Answers, name: BuilderName): Answer | undefined {
  return answers.both ?? answers[name];
}

/** Asks every builder that there is; what one that is not there has answered before is kept. */
export async function askAll(
  builders: readonly Builder[],
  one: DockerfileCase,
  before: Answers,
  { directory, bases }: { readonly directory: string; readonly bases: readonly BaseImage[] },
): Promise<Answers> {
  const answers: Partial<Record<BuilderName, Answer>> = {};
  for (const name of ['classic', 'buildkit'] as const) {
    if (name === 'classic' && one.modern === true) continue;
    const builder = builders.find((candidate) => candidate.name === name);
    const own = join(directory, `case-${one.name.replaceAll(/\W/g, '-')}`);
    const kept = answerFrom(before, name);
    if (builder !== undefined) answers[name] = await ask(builder, one, own, bases);
    else if (kept !== undefined) answers[name] = kept;
  }
  return joinAnswers(answers);
}
