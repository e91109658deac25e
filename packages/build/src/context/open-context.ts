import { peek } from '@ctrkit/layout';
import { BuildError } from '../build-error.ts';
import { looksLikeArchive, openArchiveContext } from './archive.ts';
import type { ContextSource } from './context-source.ts';
import { openDirectoryContext } from './directory-context.ts';
import type { Context } from './directory-context.ts';
import { fetchRemote } from './fetch-for-add.ts';
import { openGitContext } from './git-context.ts';
import type { GitContextOptions } from './git-context.ts';
import { openScratchContext, treeIn } from './scratch-context.ts';

export interface OpenContextOptions extends GitContextOptions {
  /** What `-` stands for. */
  readonly stdin?: (() => AsyncIterable<Uint8Array>) | undefined;
}

const HEADER = 512;
/** More than this no Dockerfile has, in bytes. */
const LARGEST_DOCKERFILE = 1 << 20;

async function readText(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of bytes) {
    parts.push(part);
    size += part.length;
    if (size > LARGEST_DOCKERFILE) {
      throw new BuildError('CONTEXT_INVALID', 'neither an archive nor a Dockerfile: it is larger than 1 MiB'); // prettier-ignore
    }
  }
  return Buffer.concat(parts);
}

/** An archive is a context; anything else is a Dockerfile, with a context that is empty. */
async function openStream(
  source: AsyncIterable<Uint8Array>,
  options: OpenContextOptions,
): Promise<Context> {
  const { head, bytes } = await peek(source, HEADER);
  if (looksLikeArchive(head)) return await openArchiveContext(bytes, options);
  const dockerfile = await readText(bytes);
  // oxlint-disable-next-line require-await
  const context = await openScratchContext(options, async (scratch) => treeIn(scratch));
  return Object.assign(context, { dockerfile });
}

/**
 * Opens a context of any kind but images, which are the builder's own. Throws CONTEXT_INVALID, SOURCE_NOT_FOUND where a URL gives
 * nothing, what `openDirectoryContext` throws.
 */
export async function openContext(
  source: Exclude<ContextSource, { readonly type: 'image' | 'layout' }>,
  options: OpenContextOptions,
): Promise<Context> {
  switch (source.type) {
    case 'directory':
      return await openDirectoryContext(source.path, options);
    case 'git':
      return await openGitContext(source.remote, options);
    case 'url': {
      const { body } = await fetchRemote(source.url, options);
      return await openStream(body, options);
    }
    case 'stdin':
      if (options.stdin === undefined) throw new Error('a context on stdin, and no stdin');
      return await openStream(options.stdin(), options);
  }
}
