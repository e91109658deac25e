import { BuildError } from '../build-error.ts';
import type { BuildOptions } from '../build-options.ts';
import { expandInstruction } from '../dockerfile/expand-instruction.ts';
import type { FromInstruction, Stage } from '../dockerfile/instruction.ts';

/** What a stage begins with. */
export type Base =
  | { readonly type: 'scratch' }
  | { readonly type: 'stage'; readonly index: number }
  | { readonly type: 'image'; readonly name: string };

/** A stage of the Dockerfile, with what it needs of others. */
export interface PlannedStage {
  readonly index: number;
  /** Its name, or its number. */
  readonly name: string;
  readonly stage: Stage;
  readonly from: FromInstruction;
  readonly base: Base;
  /** The stages that have to be there for it. */
  readonly needs: ReadonlySet<number>;
}

type Stages = readonly Pick<Stage, 'from'>[];

/** The number of the stage before `end` that is called so: the last one of that name. */
export function findStage(stages: Stages, name: string, end: number): number | undefined {
  const wanted = name.toLowerCase();
  const named = stages.slice(0, end).findLastIndex(({ from }) => from.as === wanted);
  if (named >= 0) return named;
  const isNumber = /^\d{1,5}$/.test(name) && Number(name) < end;
  return isNumber ? Number(name) : undefined;
}

function baseOf(
  { image }: FromInstruction,
  stages: Stages,
  index: number,
  { contexts }: BuildOptions,
): Base {
  // prettier-ignore
  const context = contexts?.get(image.toLowerCase());
  if (context?.type === 'image') return { type: 'image', name: context.name };
  const named = stages.slice(0, index).findLastIndex(({ from }) => from.as === image.toLowerCase());
  if (named >= 0) return { type: 'stage', index: named };
  return image === 'scratch' ? { type: 'scratch' } : { type: 'image', name: repositoryName(image) };
}

// In FROM a number is no stage, and never meant as the beginning of some image's id, which has 12 characters where docker shows it.
const repositoryName = (image: string): string =>
  /^\d{1,11}$/.test(image) ? `docker.io/library/${image}` : image;

/** What the instructions of a stage read from, by the names that they use. */
function namesIn({ instructions }: Stage): string[] {
  return instructions.flatMap((instruction) => {
    if (instruction.keyword === 'COPY') return instruction.from === undefined ? [] : [instruction.from]; // prettier-ignore
    if (instruction.keyword !== 'RUN') return [];
    return instruction.mounts.flatMap(({ options: { from } }) =>
      from === undefined ? [] : [from],
    );
  });
}

/** All stages with their bases; `variables` are those before the first FROM. Throws DOCKERFILE_INVALID. */
export function planStages(
  options: BuildOptions,
  variables: ReadonlyMap<string, string>,
): PlannedStage[] {
  // prettier-ignore
  const { dockerfile, contexts, substitutes = true } = options;
  const { stages } = dockerfile;
  return stages.map((stage, index): PlannedStage => {
    const from = substitutes ? expandInstruction(stage.from, variables, { dockerfile }) : stage.from; // prettier-ignore
    const base = baseOf(from, stages, index, options);
    const used = namesIn(stage).filter((name) => contexts?.has(name.toLowerCase()) !== true);
    const needs = new Set(used.flatMap((name) => findStage(stages, name, index) ?? []));
    if (base.type === 'stage') needs.add(base.index);
    return { index, name: stage.from.as ?? String(index), stage, from, base, needs };
  });
}

/** The number of the stage that is to be built. Throws STAGE_NOT_FOUND. */
export function targetStage({ dockerfile: { stages }, target }: BuildOptions): number {
  if (target === undefined || target === '') return stages.length - 1;
  const found = findStage(stages, target, stages.length);
  if (found !== undefined) return found;
  const names = stages.flatMap(({ from }) => from.as ?? []);
  throw new BuildError('STAGE_NOT_FOUND', `target stage "${target}" could not be found`, {
    ...(names.length > 0 && { hint: `there is ${names.join(', ')}` }),
  });
}

/** The stages that are needed for one, itself included. */
export function neededStages(stages: readonly PlannedStage[], target: number): Set<number> {
  const needed = new Set<number>();
  const queue = [target];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    queue.push(...(stages[next]?.needs ?? []));
  }
  return needed;
}
