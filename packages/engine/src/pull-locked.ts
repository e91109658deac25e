import { lockedReference } from '@ctrkit/image-store';
import type { ImageLock } from '@ctrkit/image-store';
import { familiarReference, formatReference, parseReference } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';
import { platformOf } from './image-events.ts';
import type { ImageOptions } from './image-events.ts';
import { pullImage } from './image.ts';

/**
 * Pulls an image at the digest that a lockfile has for its name, whatever the registry's tag means by now, and
 * records it under that name. Throws NOT_LOCKED, NAME_INVALID, and what `pullImage` throws.
 */
export async function pullLocked(
  engine: Engine,
  lock: ImageLock,
  name: string,
  options: ImageOptions = {},
): Promise<{ readonly name: string; readonly digest: Digest }> {
  const exact = formatReference(lockedReference(lock, name, platformOf(options)));
  const { digest } = await pullImage(engine, exact, { ...options, recordAs: name });
  return { name: familiarReference(parseReference(name)), digest };
}
