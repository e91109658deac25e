import { layersTree } from '@ctrkit/rootfs';
import { walkTree } from '@ctrkit/syscalls';
import type { WalkEntry } from '@ctrkit/syscalls';

/** What a stage has at paths, by path: relative to its root, as latin1; `.` is the root. */
export type RootEntries = ReadonlyMap<string, WalkEntry>;

/** Looks paths of a root up, by themselves: links among them are not followed. Those below a link are not there. */
export type LookUp = (paths: Iterable<string>) => Promise<RootEntries>;

/** The look-up in layers, the lowest first; each path is looked for once. */
export function lookUpIn(lowers: readonly string[], signal: AbortSignal): LookUp {
  const known = new Map<string, WalkEntry | undefined>();
  return async (paths) => {
    const wanted = [...new Set(paths)];
    const missing = wanted.filter((path) => !known.has(path));
    for (const path of missing) known.set(path, undefined);
    if (missing.length > 0) {
      const selections = missing.map((path) => ({
        path: Buffer.from(path, 'latin1'),
        depth: 0,
        xattrs: true,
        optional: true,
      }));
      for await (const record of walkTree(layersTree(lowers), selections, { signal })) {
        if (record.kind === 'entry') known.set(record.path.toString('latin1'), record);
      }
    }
    return new Map(
      wanted.flatMap((path) => {
        const entry = known.get(path);
        return entry === undefined ? [] : [[path, entry] as const];
      }),
    );
  };
}

/** The look-up in a root in which there is nothing. */
export const lookUpInNothing: LookUp = () => Promise.resolve(new Map());
