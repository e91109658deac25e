import type { Engine } from './engine.ts';
import type { CopyOptions } from './copy-options.ts';

/**
 * Copies a file or directory of a container onto the host by docker's rules; what is mounted in the container is seen,
 * where it runs. Nothing of the container can lead outside the destination, whatever its links are and become meanwhile; each
 * file is there whole or not at all. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_DAMAGED, PATH_NOT_FOUND,
 * COPY_REFUSED, RootfsError.
 */
export async function copyFromContainer(
  engine: Engine,
  nameOrId: string,
  path: string,
  destination: string,
  options: CopyOptions = {},
): Promise<void> {
  // Other commands need not wait for what copies to load.
  const { copyFromContainer: copy } = await import('./copy-from.ts');
  await copy(engine, nameOrId, path, destination, options);
}

/**
 * A file or directory of a container as an uncompressed tar archive. Throws as `copyFromContainer`, when the container and
 * the path are looked up and while it is read.
 */
export async function archiveFromContainer(
  engine: Engine,
  nameOrId: string,
  path: string,
  options: CopyOptions = {},
): Promise<AsyncGenerator<Buffer>> {
  const { archiveFromContainer: archive } = await import('./copy-from.ts');
  return archive(engine, nameOrId, path, options);
}

/**
 * Copies a file or directory of the host into a container by docker's rules: also into what is mounted in it, where it
 * runs. Links of the container lead nowhere outside it. A container that does not run cannot be started meanwhile. Throws
 * CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_DAMAGED, CONTAINER_BUSY, PATH_NOT_FOUND, COPY_REFUSED, READ_ONLY,
 * RootfsError, OciError for the user of `archive`.
 */
export async function copyToContainer(
  engine: Engine,
  source: string,
  nameOrId: string,
  path: string,
  options: CopyOptions = {},
): Promise<void> {
  const { copyToContainer: copy } = await import('./copy-to.ts');
  await copy(engine, source, nameOrId, path, options);
}

/**
 * Unpacks an archive, plain or compressed, into a directory of a container: its names lead nowhere outside the container,
 * and are below that directory. Throws as `copyToContainer`, and RootfsError ARCHIVE_INVALID.
 */
export async function unpackIntoContainer(
  engine: Engine,
  archive: AsyncIterable<Uint8Array>,
  nameOrId: string,
  path: string,
  options: CopyOptions = {},
): Promise<void> {
  const { unpackIntoContainer: unpack } = await import('./copy-to.ts');
  await unpack(engine, archive, nameOrId, path, options);
}
