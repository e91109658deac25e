import { LayoutError, peek } from '@ctrkit/layout';
import { isTarHeader, RootfsError, unpackArchive } from '@ctrkit/rootfs';
import { BuildError } from '../build-error.ts';
import { decompressAny, isCompressed } from './any-compression.ts';
import { bytesOfFile } from './bytes-of-file.ts';
import type { Context } from './directory-context.ts';
import { openScratchContext, openScratchSource, treeIn } from './scratch-context.ts';
import type { ScratchContextOptions } from './scratch-context.ts';
import type { SelectedEntry, Selection, SourceTree } from './source.ts';
import type { TreeSourceOptions } from './tree-source.ts';

const HEADER = 512;

/** Whether what begins so is an archive and no text: as docker tells it. */
export function looksLikeArchive(head: Buffer): boolean {
  return isCompressed(head) || isTarHeader(head);
}

// Of a context, that is: what is wrong with it is wrong with the user's archive, whatever package sees it.
function explain(cause: unknown): unknown {
  const isInvalid = cause instanceof RootfsError && cause.code === 'LAYER_INVALID';
  const isCorrupt =
    cause instanceof LayoutError && /^LAYER_(?:CORRUPT|TOO_LARGE)$/.test(cause.code);
  if (!isInvalid && !isCorrupt) return cause;
  return new BuildError('CONTEXT_INVALID', cause.message.replace(/^layer:/, 'archive:'), { cause });
}

async function unpack(
  bytes: AsyncIterable<Uint8Array>,
  directory: string,
  owners: 'kept' | 'root',
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    await unpackArchive(decompressAny(bytes), { directory, owners, signal });
    return directory;
  } catch (error) {
    throw explain(error);
  }
}

/** The context that an archive is, compressed or not: unpacked for this build. Throws CONTEXT_INVALID, rootfs' errors. */
export async function openArchiveContext(
  bytes: AsyncIterable<Uint8Array>,
  options: ScratchContextOptions,
): Promise<Context> {
  return await openScratchContext(options, (scratch) =>
    unpack(bytes, treeIn(scratch), 'root', options.signal),
  );
}

/**
 * What is in a file that ADD is to unpack, with the owners that its archive says; undefined where it is no archive, and so is copied.
 * Throws CONTEXT_INVALID, rootfs' errors.
 */
export async function openArchiveOf(
  selection: Selection,
  file: SelectedEntry,
  options: TreeSourceOptions,
): Promise<SourceTree | undefined> {
  if (!(await isArchive(selection, file))) return undefined;
  return await openScratchSource(options, (scratch) =>
    unpack(bytesOfFile(selection, file), treeIn(scratch), 'kept', options.signal),
  );
}

async function isArchive(selection: Selection, file: SelectedEntry): Promise<boolean> {
  const start = await peek(bytesOfFile(selection, file), HEADER);
  if (!looksLikeArchive(start.head)) {
    await letGo(start.bytes);
    return false;
  }
  try {
    const { head, bytes } = await peek(decompressAny(start.bytes), HEADER);
    await letGo(bytes);
    return isTarHeader(head);
  } catch (error) {
    // A file that only begins like something compressed is a file.
    if (error instanceof BuildError && error.hint !== undefined) throw error;
    if (error instanceof BuildError || error instanceof LayoutError) return false;
    throw error;
  }
}

async function letGo(bytes: AsyncIterable<unknown>): Promise<void> {
  const iterator = bytes[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.return?.();
}
