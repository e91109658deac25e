import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { BuildError } from '../build-error.ts';
import { cleanPath } from '../ignore/ignore-lines.ts';
import type { Context } from './directory-context.ts';
import { git } from './git.ts';
import type { GitOptions } from './git.ts';
import type { GitRemote } from './git-remote.ts';
import { openScratchContext, treeIn } from './scratch-context.ts';
import type { ScratchContextOptions } from './scratch-context.ts';

export interface GitContextOptions extends ScratchContextOptions, Pick<GitOptions, 'env'> {
  /** Whether `.git` is part of it. @default false */
  readonly keepGitDir?: boolean;
}

const isCommit = (ref: string | undefined): boolean => /^[0-9a-f]{7,64}$/.test(ref ?? '');

// Not every server gives out a commit by its name, and none by the beginning of it: then all is fetched.
async function fetch(directory: string, remote: GitRemote, options: GitOptions): Promise<string> {
  const { url, ref = 'HEAD' } = remote;
  const fetching = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules'];
  try {
    await git(directory, [...fetching, '--depth=1', '--', url, ref], remote, options);
    return 'FETCH_HEAD';
  } catch (error) {
    if (!(error instanceof BuildError) || !isCommit(ref)) throw error;
    const all = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
    await git(directory, [...fetching, '--', url, ...all], remote, options);
    return `${ref}^{commit}`;
  }
}

async function checkOut(
  directory: string,
  remote: GitRemote,
  options: GitContextOptions,
): Promise<void> {
  const run = async (...args: readonly string[]): Promise<void> => {
    await git(directory, args, remote, options);
  };
  await run('init', '--quiet', '--template=', '.');
  // Submodules with relative addresses begin from here.
  await run('config', 'remote.origin.url', remote.url);
  const found = await fetch(directory, remote, options);
  await run('checkout', '--quiet', '--detach', '--force', found);
  await run('submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1');
  if (options.keepGitDir !== true) await removeGitDirectories(directory);
}

// Of the repository, and of submodules; entries of a directory say themselves whether they are links.
async function removeGitDirectories(directory: string): Promise<void> {
  await rm(join(directory, '.git'), { recursive: true, force: true });
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.name === '.git')
      await rm(join(entry.parentPath, '.git'), { recursive: true, force: true });
  }
}

/** The directory in a tree that nobody else can reach; links on the way are refused: they may lead anywhere (CVE-2024-23651). */
async function subdirectoryOf(tree: string, subdirectory: string): Promise<string> {
  let path = tree;
  for (const name of cleanPath(`/${subdirectory}`).split('/')) {
    if (name === '') continue;
    path = join(path, name);
    if (!(await isDirectory(path))) {
      throw new BuildError('CONTEXT_INVALID', `${JSON.stringify(subdirectory)} is no directory of the repository`); // prettier-ignore
    }
  }
  return path;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/**
 * The context that a repository of git is, at a branch, tag or commit: fetched by the system's git, which takes nothing from the
 * repository or the machine but the files and does not ask. Throws CONTEXT_INVALID.
 * https://docs.docker.com/build/concepts/context/#git-repositories
 */
export async function openGitContext(
  remote: GitRemote,
  options: GitContextOptions,
): Promise<Context> {
  return await openScratchContext(options, async (scratch) => {
    await checkOut(treeIn(scratch), remote, options);
    return await subdirectoryOf(treeIn(scratch), remote.subdirectory ?? '');
  });
}
