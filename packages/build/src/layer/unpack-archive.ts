import { join } from 'node:path';
import { zeroFilled } from './zero-filled.ts';
import { archiveBytes } from './archive-bytes.ts';
import { directoryTree, unpackTar } from '@ctrkit/rootfs';
import type { Match, Selection } from '../context/source.ts';
import { openTreeSource } from '../context/tree-source.ts';
import { temporaryFiles } from '../mounts/temporary-files.ts';
import type { World } from '../world.ts';
import { removeTree } from '@ctrkit/rootfs';

/**
 * The files in an archive (tar, alone or compressed by gzip, bzip2, xz or zstd), as a selection of all of them; undefined where the
 * match is none. They are there as long as the build. Throws RootfsError LAYER_INVALID where an archive is damaged.
 */
export async function unpackArchive(
  world: World,
  selection: Selection,
  match: Match,
): Promise<Selection | undefined> {
  const [file] = match.entries;
  if (match.isDirectory || file === undefined || file.entry.type !== 'file') return undefined;
  const tar = await archiveBytes(zeroFilled(file.entry.size, selection.contents(file)));
  if (tar === undefined) return undefined;
  const directory = await temporaryFiles(world);
  world.keep({ [Symbol.asyncDispose]: () => removeTree(directory) });
  await unpackTar(tar, { directory });
  const cacheDirectory = join(world.engine.root, 'build-cache');
  const tree = openTreeSource(directoryTree(directory), { cacheDirectory, signal: world.signal });
  world.keep(tree);
  return await tree.select({ sources: ['/'], signal: world.signal });
}
