/** The path of the directory that an entry is in; empty for what is in the root. Paths are relative. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Everything above a path but the root, the highest first. */
export function ancestorsOf(path: string): string[] {
  const parent = parentOf(path);
  return parent === '' ? [] : [...ancestorsOf(parent), parent];
}

/** The order in which a directory comes before what is in it, and that before its sibling `dir-2`. */
export function comparePaths(one: string, other: string): number {
  const [a, b] = [one.replaceAll('/', '\0'), other.replaceAll('/', '\0')];
  return a < b ? -1 : Number(a > b);
}
