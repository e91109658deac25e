import type { OnEvent } from '../events.ts';
import { directoryTree } from '../tree.ts';
import { packTree } from './pack-tree.ts';
import { placeholdersIn } from './placeholders.ts';
import { keyOf, lowerEntries, upperEntries } from './upper-entries.ts';
import type { ChangesOptions } from './upper-entries.ts';

export interface PackChangesOptions extends ChangesOptions {
  readonly onEvent?: OnEvent | undefined;
}

/**
 * What a container changed of its image as an uncompressed layer: whiteouts for what is gone, without what was only made
 * to mount on. The same changes are the same bytes. Throws what `packTree` throws.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
export async function* packChanges(options: PackChangesOptions): AsyncGenerator<Buffer> {
  const { mountPoints = [], onEvent, signal } = options;
  const upper = await upperEntries(options);
  const lower = await lowerEntries(upper, options);
  const placeholders = placeholdersIn(upper, lower, mountPoints);
  yield* packTree(directoryTree(options.upper), {
    isUpper: true,
    isLeftOut: (entry) => placeholders.has(keyOf(entry)),
    onEvent,
    signal,
  });
}
