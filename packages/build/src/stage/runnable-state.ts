import { prepareLayers } from '@ctrkit/engine';
import type { RunnableImage } from '@ctrkit/engine';
import { digestOf, mediaTypes } from '@ctrkit/oci';
import { imageConfigOf } from '../state.ts';
import type { Place } from './place.ts';

/** An image that is not written yet, as its containers and whoever reads its files see it. */
export async function runnableState({
  world,
  state,
  step,
  signal,
}: Pick<Place, 'world' | 'state' | 'step' | 'signal'>): Promise<RunnableImage> {
  // prettier-ignore
  const { emit, engine } = world;
  const config = imageConfigOf(state);
  const text = JSON.stringify(config);
  const id = digestOf(text);
  const manifest = {
    schemaVersion: 2 as const,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: id, size: Buffer.byteLength(text) },
    layers: state.layers.map(({ descriptor }) => descriptor),
  };
  return await prepareLayers(
    engine,
    { name: id, id, config, manifest },
    { signal, onEvent: (event) => emit({ type: 'image', step, event }) },
  );
}
