import { writeLayoutTar } from '@ctrkit/layout';
import { layersTree, packTree } from '@ctrkit/rootfs';
import { formatReference, parseReference } from '@ctrkit/oci';
import type { Step } from '../build-event.ts';
import type { BuildResult } from '../build-result.ts';
import { runnableState } from '../stage/runnable-state.ts';
import { imageIdOf } from '../state.ts';
import type { State } from '../state.ts';
import { entryTime } from '../world.ts';
import type { World } from '../world.ts';
import type { Output } from './output.ts';
import { squash } from './squash.ts';
import { nameImage, writeBuiltImage } from './write-built-image.ts';
import type { BuiltImage } from './write-built-image.ts';
import { writeFiles } from './write-files.ts';

const isOfFiles = ({ type }: Output): boolean => type === 'local' || type === 'tar';

async function deliverFiles(world: World, state: State, step: Step, output: Output): Promise<void> {
  const { signal } = world;
  using image = await runnableState({ world, state, step, signal });
  const tree = layersTree(image.layers);
  const modified = entryTime(world);
  if (output.type === 'local') await writeFiles(tree, output.directory, { signal, modified });
  if (output.type === 'tar') await output.write(packTree(tree, { signal, modified }));
}

async function deliverImage(
  { store, options }: World,
  image: BuiltImage,
  output: Output,
): Promise<void> {
  // prettier-ignore
  const { names = [] } = options;
  if (output.type === 'image') await nameImage(store, image, names);
  if (output.type !== 'oci' && output.type !== 'docker') return;
  const named = names.map((name) => ({ name: formatReference(parseReference(name)), descriptor: image.manifest })); // prettier-ignore
  const images = named.length === 0 ? [{ descriptor: image.manifest }] : named;
  await output.write(writeLayoutTar(store.layout, images));
}

/** Brings what was built to where it is wanted; the names in the store come last. */
export async function deliver(world: World, built: State, step: Step): Promise<BuildResult> {
  const { options, emit, signal } = world;
  const { outputs = [{ type: 'image' }], names = [] } = options;
  const state = options.squash === true ? await squash(world, built, step) : built;
  for (const output of outputs.filter(isOfFiles)) {
    emit({ type: 'exporting', what: 'files' });
    await deliverFiles(world, state, step, output);
  }
  const imageId = imageIdOf(state);
  const images = outputs.filter((output) => !isOfFiles(output));
  if (images.length === 0) return { imageId, digest: undefined, names: [] };
  emit({ type: 'exporting', what: 'image' });
  const image = await writeBuiltImage(world, state);
  const last = images.toSorted((a, b) => Number(a.type === 'image') - Number(b.type === 'image'));
  for (const output of last) {
    signal.throwIfAborted();
    await deliverImage(world, image, output);
  }
  const isKept = images.some(({ type }) => type === 'image');
  return { imageId, digest: image.manifest.digest, names: isKept ? names : [] };
}
