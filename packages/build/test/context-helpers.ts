import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildError, openDirectoryContext } from '@ctrkit/build';
import type {
  Context,
  DirectoryContextOptions,
  Selection,
  SourceTree,
  Wanted,
} from '@ctrkit/build';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';

/** A test that is skipped where something that it needs is missing. */
export const when =
  (there: boolean) =>
  (name: string, body: () => Promise<void>): void => {
    if (there) test(name, body);
    else test.skip(name, body);
  };

/** What a tree has at a path: contents; a directory where it ends with a slash; a link where it begins with `->`. */
export type Files = Readonly<Record<string, string>>;

/** Makes files in a directory, and the directories above them. */
export async function makeFiles(root: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    if (content.startsWith('->')) await symlink(content.slice(2), path);
    else await writeFile(path, content);
  }
}

export interface ContextPlace extends AsyncDisposable {
  /** The context's directory. */
  readonly path: string;
  /** `<root>/build-cache`. */
  readonly cacheDirectory: string;
  /** Something beside the context. */
  readonly outside: string;
  open(options?: Partial<DirectoryContextOptions>): Promise<Context>;
}

/** A directory with files, and one for what builds remember of it. */
export async function contextOf(files: Files): Promise<ContextPlace> {
  const parent = await temporaryDirectory();
  const path = join(parent.path, 'context');
  const outside = join(parent.path, 'outside');
  const cacheDirectory = join(parent.path, 'root', 'build-cache');
  await mkdir(path);
  await mkdir(outside);
  await makeFiles(path, files);
  return {
    path,
    outside,
    cacheDirectory,
    open: async (options = {}) => await openDirectoryContext(path, { cacheDirectory, ...options }),
    [Symbol.asyncDispose]: async () => await parent[Symbol.asyncDispose](),
  };
}

/** Each match, and behind it what of it is copied: directories with a slash, links with their targets. */
export function shown({ matches }: Selection): string[] {
  return matches.map(({ path, isDirectory, entries }) => {
    const names = entries.map(({ entry }) => {
      const name = entry.path.toString();
      if (entry.type === 'directory') return `${name}/`;
      return entry.type === 'symlink' ? `${name}->${entry.target.toString()}` : name;
    });
    return `${path}${isDirectory ? '/' : ''}: ${names.join(' ')}`;
  });
}

export async function selected(source: SourceTree, wanted: Wanted): Promise<string[]> {
  return shown(await source.select(wanted));
}

/** The contents of all files of a selection by path; holes are dots. */
export async function contentsOf(selection: Selection): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const each of selection.matches.flatMap(({ entries }) => entries)) {
    if (each.entry.type !== 'file') continue;
    const bytes = Buffer.alloc(each.entry.size, '.');
    for await (const { offset, content } of selection.contents(each)) bytes.set(content, offset);
    all[each.entry.path.toString()] = bytes.toString();
  }
  return all;
}

/** The code and the message of the error that this ends with. */
export async function failureOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'success';
  } catch (error) {
    if (error instanceof BuildError) return `${error.code}: ${error.message}`;
    throw error;
  }
}
