import { layersTree, packDifference, writeLayer } from '@ctrkit/rootfs';
import type { Step } from '../build-event.ts';
import { runnableState } from '../stage/runnable-state.ts';
import type { State } from '../state.ts';
import { historyEntry } from '../steps/history-entry.ts';
import { createdNow, entryTime } from '../world.ts';
import type { World } from '../world.ts';

/** The image with all the layers that were added to its base as one. */
export async function squash(world: World, state: State, step: Step): Promise<State> {
  const { signal, engine, store } = world;
  const below = state.layers.slice(0, state.baseLayers);
  if (state.layers.length - below.length < 2) return state;
  const place = { world, step, signal };
  using upper = await runnableState({ ...place, state });
  using lower = await runnableState({ ...place, state: { ...state, layers: below } });
  const modified = entryTime(world);
  const trees = { upper: layersTree(upper.layers), lower: layersTree(lower.layers) };
  const tar = packDifference({ ...trees, modified, signal });
  const written = await writeLayer(tar, { root: engine.root, layout: store.layout, signal });
  if (written !== undefined) world.keep(written.claim);
  const created = createdNow(world);
  const layer = written && { descriptor: written.descriptor, diffId: written.diffId };
  return {
    ...state,
    created,
    layers: layer === undefined ? below : [...below, layer],
    history: [
      ...ofBase(state),
      historyEntry(
        `merge ${state.layers.length - below.length} layers`,
        created,
        layer !== undefined,
      ),
    ],
  };
}

// The steps stay to be read, and have no layer any more.
function ofBase({ history, baseLayers }: State): State['history'] {
  let layers = 0;
  return history.map((entry) => {
    if (entry.empty_layer === true) return entry;
    layers += 1;
    return layers > baseLayers ? { ...entry, empty_layer: true } : entry;
  });
}
