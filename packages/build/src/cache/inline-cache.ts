import { parseCachedStep } from '@ctrkit/image-store';
import type { CachedLayer, CachedStep } from '@ctrkit/image-store';
import { isDigest, OciError, parseJson } from '@ctrkit/oci';
import type { ImageConfig, ImageManifest } from '@ctrkit/oci';

/** Of an image's manifest: the steps that its layers are from. */
const ANNOTATION = 'dev.ctrkit.build-cache.v1';
const LARGEST = 1024 * 1024;

/** A step as an annotation has it: its layer is one of the image, by number. */
type InlineStep = Omit<CachedStep, 'layer'> & { readonly layer?: number };

function inlineSteps(
  steps: readonly CachedStep[],
  layers: readonly CachedLayer[],
): readonly InlineStep[] {
  const numbers = new Map(layers.map(({ diffId }, at) => [diffId, at]));
  const own = steps.flatMap(({ layer, ...step }): InlineStep[] => {
    if (layer === undefined) return [step];
    const number = numbers.get(layer.diffId);
    return number === undefined ? [] : [{ ...step, layer: number }];
  });
  const keys = new Set(own.map(({ key }) => key));
  return own.filter(({ alias }) => alias === undefined || keys.has(alias));
}

/** The annotation of an image that tells which steps its layers are from. */
export const inlineCache = (
  steps: readonly CachedStep[],
  layers: readonly CachedLayer[],
): Record<string, string> => ({ [ANNOTATION]: JSON.stringify(inlineSteps(steps, layers)) });

function parseInlineStep(value: unknown, layers: readonly CachedLayer[]): CachedStep[] {
  const { layer: number, ...step } = (value ?? {}) as Record<string, unknown>;
  const layer = typeof number === 'number' ? layers[number] : undefined;
  // What names a layer that is not there would pass as a step that makes none.
  if (!isDigest(step['key']) || (number !== undefined && layer === undefined)) return [];
  const bytes = Buffer.from(JSON.stringify({ ...step, layer }));
  return [parseCachedStep(bytes, step['key']) ?? []].flat();
}

/** The steps that an image tells of; undefined where it tells of none. */
export function parseInlineCache(
  { annotations, layers: descriptors }: ImageManifest,
  { rootfs }: Pick<ImageConfig, 'rootfs'>,
): CachedStep[] | undefined {
  const text = annotations?.[ANNOTATION];
  if (text === undefined) return undefined;
  const layers = descriptors.flatMap((descriptor, at): CachedLayer[] => {
    const diffId = rootfs.diff_ids[at];
    return diffId === undefined ? [] : [{ descriptor, diffId }];
  });
  try {
    const list = parseJson(Buffer.from(text), { maxBytes: LARGEST });
    return Array.isArray(list) ? list.flatMap((one) => parseInlineStep(one, layers)) : undefined;
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}
