import { posix } from 'node:path';
import { BuildError } from '../build-error.ts';
import type { Place } from '../stage/place.ts';

/** Where a mount is in the container; relative to the working directory. Throws ARGUMENT_INVALID. */
export function mountTarget({ state }: Place, target: string | undefined): string {
  if (target !== undefined && target !== '') {
    return posix.resolve('/', state.config.WorkingDir ?? '/', target);
  }
  throw new BuildError('ARGUMENT_INVALID', 'invalid mount: target required');
}
