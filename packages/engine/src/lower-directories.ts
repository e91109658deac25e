import type { RuntimeSpec } from '@ctrkit/oci';

const PREFIX = 'lowerdir=';

/** The lower directories of a container's root, the uppermost first, as they stand in its spec: `:` between, `\` escapes. */
export function lowerDirectoriesOf({ mounts = [] }: RuntimeSpec): string[] {
  const options = mounts.find(({ destination }) => destination === '/')?.options ?? [];
  const text = options.find((option) => option.startsWith(PREFIX))?.slice(PREFIX.length) ?? '';
  const parts = text.match(/(?:\\[\s\S]|[^\\:])+/g) ?? [];
  return parts.map((part) => part.replaceAll(/\\([\s\S])/g, '$1'));
}
