import { isSharedUpper } from '@ctrkit/rootfs';
import type { Mount, RuntimeSpec } from '@ctrkit/oci';

/** The directories that a container's root is made of, as its spec has them; empty where it has none. */
export interface RootDirectories {
  /** Its image's, the lowest first. */
  readonly lowers: readonly string[];
  /** What it changed; where its files are `copied`, all of them. */
  readonly upper: string;
  readonly work: string;
  /** What else overlayfs is told. */
  readonly options: readonly string[];
  /** Its files are a copy of its image's, not an overlay upon them. */
  readonly copied: boolean;
  /** Owners are shown as the container's own ids. */
  readonly mapped: boolean;
}

// As an overlay's options have it, which separate several by `:`.
const escaped = (path: string): string => path.replaceAll(/[\\:]/g, '\\$&');

const unescaped = (path: string): string => path.replaceAll(/\\([\s\S])/g, '$1');

// Ours, under a name that mount(8) leaves to others: what a copy is of.
const COPY_OF = 'x-ctr.copy-of=';

/** The mount at `/` of a container's spec. */
export function rootMount(root: RootDirectories): Mount {
  const { lowers, upper, work, options, copied, mapped } = root;
  const shown = mapped ? ['idmap'] : [];
  if (copied) {
    return { destination: '/', type: 'bind', source: upper, options: ['bind', `${COPY_OF}${lowers.at(-1) ?? ''}`, ...shown] }; // prettier-ignore
  }
  const directories = [
    `lowerdir=${lowers.toReversed().map(escaped).join(':')}`,
    `upperdir=${escaped(upper)}`,
    `workdir=${escaped(work)}`,
  ];
  return { destination: '/', type: 'overlay', source: 'overlay', options: [...directories, ...options, ...shown] }; // prettier-ignore
}

/** Reads what `rootMount` wrote. */
export function rootDirectories({ mounts = [] }: RuntimeSpec): RootDirectories {
  const mount = mounts.find(({ destination }) => destination === '/');
  const options = mount?.options ?? [];
  const value = (key: string): string =>
    options.find((option) => option.startsWith(key))?.slice(key.length) ?? '';
  const mapped = options.includes('idmap');
  if (mount?.type === 'bind') {
    const { source: upper = '' } = mount;
    return { lowers: [value(COPY_OF)], upper, work: '', options: [], copied: true, mapped };
  }
  // Between colons, but those that a backslash stands before.
  const lowers = value('lowerdir=').match(/(?:\\[\s\S]|[^:\\])+/g) ?? [];
  return {
    lowers: lowers.map(unescaped).toReversed(),
    upper: unescaped(value('upperdir=')),
    work: unescaped(value('workdir=')),
    options: options.filter((option) => !/^(?:(?:lower|upper|work)dir=|idmap$)/.test(option)),
    copied: false,
    mapped,
  };
}

/** The directories that show a container's files where one is laid over the other, the lowest first. */
export function stackOf(spec: RuntimeSpec): string[] {
  const { lowers, upper, copied } = rootDirectories(spec);
  return copied ? [upper] : [...lowers, upper];
}

/** The same, where layers that are what the container changed, and others share with it, stand apart from its image's. */
export interface ChangedDirectories extends RootDirectories {
  /** The lowest first. */
  readonly shared: readonly string[];
}

/** What of a container's root is its image, and what it changed. */
export function changedDirectories(spec: RuntimeSpec): ChangedDirectories {
  const { lowers, ...own } = rootDirectories(spec);
  return {
    ...own,
    lowers: lowers.filter((directory) => !isSharedUpper(directory)),
    shared: lowers.filter(isSharedUpper),
  };
}

/** Whether two specs have the same layers: what a container changed may become one while its files are read. */
export function haveSameLayers(one: RuntimeSpec, other: RuntimeSpec): boolean {
  return rootDirectories(one).lowers.join('\0') === rootDirectories(other).lowers.join('\0');
}
