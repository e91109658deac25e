import type { RuntimeSpec } from '@ctrkit/oci';

/** The directories of a container's overlay, as its spec has them; empty where it has none. */
export interface OverlayDirectories {
  /** The lowest first. */
  readonly lowers: readonly string[];
  readonly upper: string;
  readonly work: string;
  /** What else the kernel is told. */
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
    options: options.filter((option) => !/^(?:lower|upper|work)dir=/.test(option)),
  };
}
