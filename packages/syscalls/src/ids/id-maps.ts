import type { IdRange } from './subordinate-ids.ts';

/** `size` ids of a user namespace, from `containerID` on, are those of the host from `hostID` on (runtime spec, config-linux.md#user-namespace-mappings). */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** What the ids of a user namespace are on the host. */
export interface IdMaps {
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/** Most lines of a map (user_namespaces(7)). */
const MOST_LINES = 340;

/** Root inside is `own`; from 1 on come the ids of the ranges, in their order, each but once. */
export function mapBehind(own: number, ranges: readonly IdRange[]): IdMapping[] {
  const mappings = [{ containerID: 0, hostID: own, size: 1 }];
  let next = 1;
  for (const { start, size } of ranges) {
    const overlaps = mappings.some(
      ({ hostID, size: taken }) => start < hostID + taken && hostID < start + size,
    );
    if (overlaps || mappings.length === MOST_LINES) continue;
    mappings.push({ containerID: next, hostID: start, size });
    next += size;
  }
  return mappings;
}

/** Whether a map has nobody but its root, who is whoever made it. */
export const isSingle = (mappings: readonly IdMapping[]): boolean =>
  mappings.length === 1 && mappings[0]?.size === 1;

/** Whether a user namespace has nobody but whoever makes it now, which anybody may make. */
export const isOwnAlone = ({ uids, gids }: IdMaps): boolean =>
  isSingle(uids) &&
  isSingle(gids) &&
  uids[0]?.hostID === process.geteuid?.() &&
  gids[0]?.hostID === process.getegid?.();

/** The map as the kernel takes it. */
export const mapLines = (mappings: readonly IdMapping[]): string =>
  mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
