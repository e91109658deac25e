import { isSharedUpper } from '@ctrkit/rootfs';
import type { RuntimeSpec } from '@ctrkit/oci';

/** The directories of a container's overlay, as its spec has them; empty where it has none. */
export interface OverlayDirectories {
  /** The lowest first. */
  readonly lowers: readonly string[];
  readonly upper: string;
  readonly work: string;
  /** What else the kernel is told: whose owners are shown as which ids is not, for that is by mounts below it. */
  readonly options: readonly string[];
}

const unescaped = (path: string): string => path.replaceAll(/\\([\s\S])/g, '$1');

/** Reads what `rootMount` of spec.ts wrote. */
export function overlayOf({ mounts = [] }: RuntimeSpec): OverlayDirectories {
  const options = mounts.find(({ destination }) => destination === '/')?.options ?? [];
  const value = (key: string): string =>
    options.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
  // Between colons, but those that a backslash stands before.
  const lowers = value('lowerdir').match(/(?:\\[\s\S]|[^:\\])+/g) ?? [];
  return {
    lowers: lowers.map(unescaped).toReversed(),
    upper: unescaped(value('upperdir')),
    work: unescaped(value('workdir')),
    options: options.filter((option) => !/^(?:(?:lower|upper|work)dir=|idmap$)/.test(option)),
  };
}

/** The same, where layers that are what the container changed, and others share with it, stand apart from its image's. */
export interface ChangedDirectories extends OverlayDirectories {
  /** The lowest first. */
  readonly shared: readonly string[];
}

/** What of a container's overlay is its image, and what it changed. */
export function changedDirectories(spec: RuntimeSpec): ChangedDirectories {
  const { lowers, ...own } = overlayOf(spec);
  return {
    ...own,
    lowers: lowers.filter((directory) => !isSharedUpper(directory)),
    shared: lowers.filter(isSharedUpper),
  };
}

/** Whether two specs have the same layers: what a container changed may become one while its files are read. */
export function haveSameLayers(one: RuntimeSpec, other: RuntimeSpec): boolean {
  return overlayOf(one).lowers.join('\0') === overlayOf(other).lowers.join('\0');
}
