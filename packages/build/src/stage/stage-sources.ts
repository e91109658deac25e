import { layersTree } from '@ctrkit/rootfs';
import { BuildError } from '../build-error.ts';
import type { Step } from '../build-event.ts';
import type { SourceTree } from '../context/source.ts';
import { openTreeSource } from '../context/tree-source.ts';
import type { CopySource } from '../steps/copy-source.ts';
import type { State } from '../state.ts';
import { cacheDirectory } from '../world.ts';
import type { World } from '../world.ts';
import { imageState } from './base.ts';
import type { Place } from './place.ts';
import { findStage } from './plan-stages.ts';
import type { PlannedStage } from './plan-stages.ts';
import { runnableState } from './runnable-state.ts';

function filesSource(tree: SourceTree): CopySource {
  return { key: undefined, state: undefined, tree: () => Promise.resolve(tree) };
}

// Opened when it is read, and by each that does so: what is cached need not be there unpacked.
function stateSource(world: World, step: Step, state: State): CopySource {
  return {
    key: state.filesKey,
    state,
    tree: async () => {
      const image = await runnableState({ world, state, step, signal: world.signal });
      world.keep(image);
      const { signal } = world;
      const tree = openTreeSource(layersTree(image.layers), {
        cacheDirectory: cacheDirectory(world),
        signal,
      });
      world.keep(tree);
      return tree;
    },
  };
}

/** Finds what `from=` names in a stage: by docker's order a named context, an earlier stage, an image. */
export function stageSources(
  world: World,
  { index, from }: PlannedStage,
  step: Step,
  stateOf: (stage: number) => Promise<State>,
): Place['source'] {
  const { context, contexts, dockerfile } = world.options;
  const images = new Map<string, Promise<State>>();
  const image = (name: string): Promise<State> => {
    const { platform } = world;
    const found = images.get(name) ?? imageState(world, name, { platform, step });
    images.set(name, found);
    return found;
  };
  return async (name) => {
    if (name === undefined) return filesSource(context ?? noContext());
    const given = contexts?.get(name.toLowerCase());
    if (given?.type === 'files') return filesSource(given.tree);
    if (given !== undefined) return stateSource(world, step, await image(given.name));
    const stage = findStage(dockerfile.stages, name, index);
    if (stage !== undefined) return stateSource(world, step, await stateOf(stage));
    if (name.toLowerCase() === from.as || name === String(index)) throw circular(name);
    if (/^[-+]?\d+$/.test(name)) throw noStage(name);
    if (name === 'scratch') throw new BuildError('STAGE_NOT_FOUND', 'from=scratch: there is nothing in it'); // prettier-ignore
    return stateSource(world, step, await image(name));
  };
}

function noContext(): SourceTree {
  throw new BuildError('CONTEXT_INVALID', 'the build has no context to copy from');
}

// In docker's words: a number is never the beginning of an image's id.
function noStage(name: string): BuildError {
  return new BuildError('STAGE_NOT_FOUND', `invalid stage index ${name}`, {
    hint: 'stages are counted from 0, and a stage can copy from those above it',
  });
}

function circular(name: string): BuildError {
  return new BuildError('STAGE_NOT_FOUND', `circular dependency detected on stage: ${name}`, {
    hint: 'a stage can copy from those above it',
  });
}
