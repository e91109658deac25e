import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { directoryTree } from '@ctrkit/rootfs';
import { Walker } from '@ctrkit/syscalls';
import { BuildError } from '../build-error.ts';
import { LARGEST_IGNORE_FILE, readIgnoreLines } from '../ignore/ignore-lines.ts';
import { IgnoreRules } from '../ignore/ignore-rules.ts';
import { explainWalk } from './explain-walk.ts';
import { contextNature } from './nature.ts';
import type { Nature } from './nature.ts';
import type { SourceTree } from './source.ts';
import { StatCache } from './stat-cache.ts';
import { TreeSource } from './tree-source.ts';
import type { TreeSourceOptions } from './tree-source.ts';

export interface DirectoryContextOptions extends TreeSourceOptions {
  /** The Dockerfile, relative to the context, where it is in it: `<Dockerfile>.dockerignore` comes before `.dockerignore`. */
  readonly dockerfile?: string | undefined;
  /**
   * Patterns as `readIgnoreLines` gives them.
   * @default those of the ignore file
   */
  readonly ignore?: readonly string[] | undefined;
  /**
   * Whether what was read is remembered for the next build: not of a directory that is there for this one only.
   * @default true
   */
  readonly isRemembered?: boolean;
}

/** A context: what COPY reads, and the files that say how. */
export interface Context extends SourceTree {
  /** The Dockerfile that came in place of a context. */
  readonly dockerfile?: Buffer;
  /**
   * A file of the context, also one that is left out, links followed inside; undefined where there is none, where it is no regular
   * file, and where it is larger than `most` bytes. Throws CONTEXT_INVALID.
   */
  readFile(path: string, most: number): Promise<Buffer | undefined>;
}

class DirectoryContext extends TreeSource implements Context {
  readonly #walker: Walker;

  constructor(walker: Walker, nature: Nature, options: TreeSourceOptions) {
    super(walker, nature, options);
    this.#walker = walker;
  }

  async readFile(path: string, most: number): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#walker, path, most);
    } catch (error) {
      throw explainWalk(error);
    }
  }
}

// The longest name and path of Linux: asking for a longer one is an error that ends the walker.
const canBe = (path: string): boolean =>
  Buffer.byteLength(path) < 4096 && path.split('/').every((name) => Buffer.byteLength(name) < 256);

async function readFile(walker: Walker, path: string, most: number): Promise<Buffer | undefined> {
  if (!canBe(path)) return undefined;
  const parts: Buffer[] = [];
  let size: number | undefined;
  const selection = { path, depth: 0, contents: most, xattrs: false, follow: true, optional: true };
  for await (const records of walker.walk([selection])) {
    for (const record of records) {
      if (record.kind === 'data') parts.push(record.content);
      else if (record.kind === 'entry' && record.type === 'file') size = record.size;
    }
  }
  return size === undefined || size > most ? undefined : Buffer.concat(parts);
}

async function rulesOf(walker: Walker, options: DirectoryContextOptions): Promise<IgnoreRules> {
  if (options.ignore !== undefined) return new IgnoreRules(options.ignore);
  const own = options.dockerfile === undefined ? [] : [`${options.dockerfile}.dockerignore`];
  for (const name of [...own, '.dockerignore']) {
    const bytes = await readFile(walker, name, LARGEST_IGNORE_FILE);
    if (bytes !== undefined) return new IgnoreRules(readIgnoreLines(bytes, name));
  }
  return new IgnoreRules([]);
}

async function realDirectory(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT' && errnoOf(cause) !== 'ENOTDIR') throw cause;
    throw new BuildError('CONTEXT_INVALID', `path ${JSON.stringify(path)} not found`, { cause });
  }
}

/**
 * The context that a directory is. It is looked at when something is selected; what was seen then stays so, and files of which an
 * earlier build knows the digest are not opened. Throws CONTEXT_INVALID, the reason of `signal`, HELPER_MISSING.
 */
export async function openDirectoryContext(
  path: string,
  options: DirectoryContextOptions,
): Promise<Context> {
  const directory = await realDirectory(path);
  const { signal, cacheDirectory, isRemembered = true } = options;
  const walker = new Walker(directoryTree(directory), signal === undefined ? {} : { signal });
  try {
    const rules = await rulesOf(walker, options);
    const statCache = isRemembered
      ? new StatCache(join(cacheDirectory, 'context'), directory)
      : undefined;
    return new DirectoryContext(walker, contextNature(rules, statCache), options);
  } catch (error) {
    await walker[Symbol.asyncDispose]();
    throw explainWalk(error);
  }
}
