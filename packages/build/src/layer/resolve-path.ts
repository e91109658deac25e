import { BuildError } from '../build-error.ts';
import type { LookUp } from './root-entries.ts';

/** Of Linux, for one path. */
const MOST_LINKS = 40;

const split = (path: string): string[] =>
  path.split('/').filter((name) => name !== '' && name !== '.');

/** Goes up where a component is `..`, and never above the root. */
function normal(components: readonly string[]): string[] {
  const result: string[] = [];
  for (const name of components) {
    if (name === '..') result.pop();
    else result.push(name);
  }
  return result;
}

/**
 * Where an absolute path leads in the root of a stage when all its links are followed, as far as it exists: relative,
 * without links, as latin1; the root is the empty string. Links lead nowhere outside. Throws DESTINATION_INVALID.
 */
export async function resolvePath(path: string, lookUp: LookUp): Promise<string> {
  let components = normal(split(Buffer.from(path).toString('latin1')));
  for (let links = 0; ; links++) {
    const prefixes = components.map((_, index) => components.slice(0, index + 1).join('/'));
    const found = await lookUp(prefixes);
    const at = prefixes.findIndex((prefix) => found.get(prefix)?.type === 'symlink');
    if (at < 0) return components.join('/');
    if (links === MOST_LINKS) throw new BuildError('DESTINATION_INVALID', `${path}: too many links lead to each other`); // prettier-ignore
    const target = found.get(prefixes[at] ?? '')?.target.toString('latin1') ?? '';
    const before = target.startsWith('/') ? [] : components.slice(0, at);
    // `..` counts from where the link leads, so what is before it has been resolved already.
    components = normal([...before, ...split(target), ...components.slice(at + 1)]);
  }
}
