import type { OnEvent } from '../events.ts';
import { directoryTree } from '../tree.ts';
import { packTree } from './pack-tree.ts';
import { placeholdersIn } from './placeholders.ts';
import { keyOf, lowerEntries, upperEntries } from './upper-entries.ts';
import type { ChangesOptions } from './upper-entries.ts';

export interface PackChangesOptions extends ChangesOptions {
  /** The time of every entry, in nanoseconds since 1970. @default when each was changed */
  readonly modified?: bigint | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/**
 * What a container changed of its image as an uncompressed layer: whiteouts for what is gone, without what was only made
 * to mount on. The same changes are the same bytes. Throws what `packTree` throws.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
export async function* packChanges(options: PackChangesOptions): AsyncGenerator<Buffer> {
  const upper = await upperEntries(options);
  const lower = await lowerEntries(upper, options);
  const placeholders = placeholdersIn(upper, lower, options.mountPoints ?? []);
  yield* packUpper(options, placeholders);
}

/** An upper directory as a layer, without the entries by these paths. */
export function packUpper(
  { upper, modified, onEvent, signal }: Omit<PackChangesOptions, 'lowers'>,
  leftOut: ReadonlySet<string>,
): AsyncGenerator<Buffer> {
  return packTree(directoryTree(upper), {
    isUpper: true,
    isLeftOut: (entry) => leftOut.has(keyOf(entry)),
    modified,
    onEvent,
    signal,
  });
}
