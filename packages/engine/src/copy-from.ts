import { realpathSync, statSync } from 'node:fs';
import { directoryTree, findPath, followPath, mergeCopied, placeCopy, walkCopied, writeArchive } from '@ctrkit/rootfs'; // prettier-ignore
import type { CopyRecord } from '@ctrkit/rootfs';
import type { CopyOptions } from './copy-options.ts';
import { countedCopy } from './copy-bytes.ts';
import { notDirectory, notFound, refused } from './copy-error.ts';
import { checkHostDestination, hostDestination } from './copy-host.ts';
import { copyPath } from './copy-path.ts';
import { readingView } from './copy-view.ts';
import type { CopyView } from './copy-view.ts';
import type { Engine } from './engine.ts';
import { whileThere } from './while-there.ts';

/** The directory of the host that it goes into: what is mounted in the container may have it too. */
type Into = Parameters<typeof walkCopied>[1]['into'];

/** What is copied out of a container. */
interface Source {
  readonly isDirectory: boolean;
  /** Its entries, below a name or by its own. */
  readonly records: (name?: string, into?: Into) => AsyncGenerator<CopyRecord>;
}

async function findSource(
  engine: Engine,
  { container, spec, tree }: CopyView,
  { nameOrId, written }: { readonly nameOrId: string; readonly written: string },
  { followLinks = false, onBytes, onEvent, signal }: CopyOptions,
): Promise<Source> {
  if (written === '') throw refused('bad parameter: path cannot be empty');
  const wanted = copyPath(written);
  const follow = followLinks || wanted.isDirectory;
  const entry = await findPath(tree, wanted.path, { follow, signal });
  if (entry === undefined) throw notFound(await leadsTo(tree, wanted.path, follow), nameOrId);
  if (wanted.isDirectory && entry.type !== 'directory') throw notDirectory(written);
  const path = wanted.path.slice(1) || '.';
  const records = (name = wanted.name, into?: Into): AsyncGenerator<CopyRecord> => {
    const walk = walkCopied(tree, {
      path,
      follow: follow || 'parents',
      name,
      into,
      onEvent,
      signal,
    });
    return whileThere(engine, container, spec, countedCopy(walk, onBytes));
  };
  return { isDirectory: entry.type === 'directory', records };
}

// What is missing is what a link leads to.
async function leadsTo(tree: CopyView['tree'], path: string, follow: boolean): Promise<string> {
  return follow ? (await followPath(tree, path).catch(() => ({ path }))).path : path;
}

/** What `copyFromContainer` of copy.ts does. */
export async function copyFromContainer(
  engine: Engine,
  nameOrId: string,
  path: string,
  destination: string,
  options: CopyOptions = {},
): Promise<void> {
  checkHostDestination(destination);
  const view = await readingView(engine, nameOrId, copyPath(path).path);
  const { isDirectory, records } = await findSource(engine, view, { nameOrId, written: path }, options); // prettier-ignore
  const place = placeCopy({ isDirectory, destination: hostDestination(destination) });
  const directory = realpathSync(place.directory);
  const { dev: device, ino: inode } = statSync(directory, { bigint: true });
  await mergeCopied(records(place.name, { device, inode }), directoryTree('/'), {
    directory,
    follow: false,
    owner: options.archive === true ? 'kept' : 'copier',
    onEvent: options.onEvent,
    signal: options.signal,
  });
}

/** What `archiveFromContainer` of copy.ts does. */
export async function archiveFromContainer(
  engine: Engine,
  nameOrId: string,
  path: string,
  options: CopyOptions = {},
): Promise<AsyncGenerator<Buffer>> {
  const view = await readingView(engine, nameOrId, copyPath(path).path);
  const { records } = await findSource(engine, view, { nameOrId, written: path }, options);
  // Of a link that is followed docker's archive has the name that it leads to.
  const { path: end } = options.followLinks === true ? await followPath(view.tree, path) : { path };
  return writeArchive(
    records(
      options.followLinks === true && !copyPath(path).isDirectory ? copyPath(end).name : undefined,
    ),
  );
}
