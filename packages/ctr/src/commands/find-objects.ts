import { printable } from '@ctrkit/cli-kit';
import { inspectContainer, inspectImage, inspectVolume } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { familiarReference, OciError, parseReference } from '@ctrkit/oci';
import type { Find } from './inspect-objects.ts';

const absences = new Set<unknown>([
  'CONTAINER_NOT_FOUND',
  'IMAGE_NOT_FOUND',
  'NAME_INVALID',
  'VOLUME_NOT_FOUND',
]);

async function unlessAbsent<T>(look: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!absences.has((error as { code?: unknown }).code)) throw error;
    return undefined;
  }
}

/** Finds containers. */
export const findContainers =
  (engine: Engine): Find =>
  (name) =>
    unlessAbsent(() => inspectContainer(engine, name));

/** Finds images. */
export const findImages =
  (engine: Engine): Find =>
  (name) =>
    unlessAbsent(() => inspectImage(engine, name));

/** Finds volumes. */
export const findVolumes =
  (engine: Engine): Find =>
  (name) =>
    unlessAbsent(() => inspectVolume(engine, name));

/** What docker says of a volume that is not there; safe to show. */
export const noSuchVolume = (name: string): string => printable(`ctr: get ${name}: no such volume`);

/** What docker says of an image that is not there; safe to show. */
export function noSuchImage(name: string): string {
  return printable(`ctr: no such image: ${name}: No such image: ${withTag(name)}`);
}

function withTag(name: string): string {
  try {
    return familiarReference(parseReference(name));
  } catch (error) {
    if (error instanceof OciError) return name;
    throw error;
  }
}
