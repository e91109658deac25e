import type { HistoryEntry } from '@ctrkit/oci';

/** What BuildKit calls the form of its entries, by which others know how to read them. */
const COMMENT = 'buildkit.dockerfile.v0';

/** A step in the history of its image. */
export function historyEntry(text: string, created: string, hasLayer: boolean): HistoryEntry {
  const rest = hasLayer ? {} : { empty_layer: true };
  return { created, created_by: text, comment: COMMENT, ...rest };
}
