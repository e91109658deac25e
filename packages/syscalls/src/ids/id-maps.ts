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

/** Most lines of a map, and as many bytes as make it too long (user_namespaces(7): less than a page). */
const MOST_LINES = 340;
const TOO_LONG = 4096;

/** What of a range nobody has yet. */
function withoutTaken(range: IdRange, taken: readonly IdRange[]): IdRange[] {
  const [first, last] = [range.start, range.start + range.size];
  const edges = taken.flatMap(({ start, size }) => [start, start + size]);
  const cuts = [first, ...edges.filter((id) => id > first && id < last), last];
  const ordered = cuts.toSorted((one, other) => one - other);
  return ordered.slice(1).flatMap((end, at) => {
    const start = ordered[at] ?? end;
    const isTaken = taken.some((other) => start < other.start + other.size && other.start < end);
    return isTaken || start === end ? [] : [{ start, size: end - start }];
  });
}

/** Root inside is `own`; from 1 on come the ids of the ranges, in their order, each but once, as many as the kernel takes. */
export function mapBehind(own: number, ranges: readonly IdRange[]): IdMapping[] {
  const mappings = [{ containerID: 0, hostID: own, size: 1 }];
  let next = 1;
  const free = ranges
    .slice(0, MOST_LINES)
    .flatMap((range, at) => withoutTaken(range, [{ start: own, size: 1 }, ...ranges.slice(0, at)]));
  for (const { start, size } of free) {
    const longer = [...mappings, { containerID: next, hostID: start, size }];
    if (longer.length > MOST_LINES || mapLines(longer).length >= TOO_LONG) break;
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
