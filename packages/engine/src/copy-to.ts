import { directoryTree, findPath, followPath, mergeCopied, placeCopy, readArchive, walkCopied } from '@ctrkit/rootfs'; // prettier-ignore
import type { CopyRecord, FoundPlace } from '@ctrkit/rootfs';
import { countedCopy } from './copy-bytes.ts';
import { explainedWrite, notFound, refused } from './copy-error.ts';
import type { CopyOptions } from './copy-options.ts';
import { hostSource } from './copy-host.ts';
import { ownerIn } from './copy-owner.ts';
import { copyPath } from './copy-path.ts';
import { checkWritable } from './copy-read-only.ts';
import { withWritableView } from './copy-view.ts';
import type { CopyView } from './copy-view.ts';
import type { Engine } from './engine.ts';

const typeOf = ({ entry }: FoundPlace): 'directory' | 'other' | undefined =>
  entry === undefined ? undefined : entry.type === 'directory' ? 'directory' : 'other';

interface Destination {
  /** Links followed; it keeps the slash at its end. */
  readonly path: string;
  readonly type?: 'directory' | 'other';
}

interface Wanted {
  readonly nameOrId: string;
  readonly written: string;
}

/** Where a user wants something to be. Throws COPY_REFUSED for a device. */
async function destinationIn(
  { tree }: CopyView,
  { nameOrId, written }: Wanted,
  signal?: AbortSignal,
): Promise<Destination> {
  if (written === '') throw refused('no such directory');
  const { path, isDirectory } = copyPath(written);
  const found = await followPath(tree, path, signal);
  const type = typeOf(found);
  if (found.entry?.type === 'character' || found.entry?.type === 'block') {
    const place = `destination "${nameOrId}:${written}"`;
    throw refused(`${place} must be a directory or a regular file: got a device`);
  }
  // What is written as a directory and is none counts as absent.
  if (type === 'directory' || (type !== undefined && !isDirectory))
    return { path: found.path, type };
  return { path: isDirectory ? `${found.path}/` : found.path };
}

/** Writes into a directory of a container. */
async function write(
  view: CopyView,
  records: AsyncIterable<CopyRecord>,
  { directory, nameOrId }: { readonly directory: string; readonly nameOrId: string },
  { archive = false, onBytes, onEvent, signal }: CopyOptions,
): Promise<void> {
  const entry = await findPath(view.tree, directory, { follow: true, signal });
  if (entry === undefined) throw notFound(directory, nameOrId);
  if (entry.type !== 'directory') throw refused('extraction point is not a directory');
  checkWritable(view.spec, directory, view.isRunning);
  try {
    await mergeCopied(countedCopy(records, onBytes), view.tree, {
      directory,
      follow: true,
      owner: await ownerIn(view, archive),
      onEvent,
      signal,
    });
  } catch (error) {
    throw explainedWrite(error);
  }
}

/** What `copyToContainer` of copy.ts does. */
export async function copyToContainer(
  engine: Engine,
  source: string,
  nameOrId: string,
  path: string,
  options: CopyOptions = {},
): Promise<void> {
  const { followLinks = false, onEvent, signal } = options;
  await withWritableView(engine, nameOrId, async (view) => {
    const destination = await destinationIn(view, { nameOrId, written: path }, signal);
    const found = hostSource(source, followLinks);
    const { directory, name = found.name } = placeCopy({ ...found, destination });
    const into = await findPath(view.tree, directory, { follow: true, signal });
    const from = { path: found.path.slice(1) || '.', follow: false, name, into, onEvent, signal };
    const records = walkCopied(directoryTree('/'), from);
    await write(view, records, { directory, nameOrId }, options);
  });
}

/** What `unpackIntoContainer` of copy.ts does. */
export async function unpackIntoContainer(
  engine: Engine,
  archive: AsyncIterable<Uint8Array>,
  nameOrId: string,
  path: string,
  options: CopyOptions = {},
): Promise<void> {
  await withWritableView(engine, nameOrId, async (view) => {
    const { path: directory, type } = await destinationIn(
      view,
      { nameOrId, written: path },
      options.signal,
    );
    if (type !== 'directory') {
      throw refused(`destination "${nameOrId}:${path}" must be a directory`);
    }
    await write(view, readArchive(archive, directory), { directory, nameOrId }, options);
  });
}
