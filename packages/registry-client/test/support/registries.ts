import { join } from 'node:path';
import { openImageStore, serveRegistry } from '@ctrkit/image-store';
import { startDebianRegistry, temporaryDirectory } from '@ctrkit/testing';

/** A registry that speaks for itself, without the package under test. */
export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly origin: string;
}

/** Both that a client of ours must get along with: Debian's, and the one that an image store is. */
export const registries: Readonly<Record<string, () => Promise<RealRegistry>>> = {
  'docker-registry': () => startDebianRegistry(),
  'image-store serve': startServe,
};

export async function startServe(): Promise<RealRegistry> {
  const directory = await temporaryDirectory();
  const store = await openImageStore({ root: join(directory.path, 'store') });
  const served = await serveRegistry(store, { allowDelete: true });
  return {
    host: served.host,
    origin: served.origin,
    [Symbol.asyncDispose]: async () => {
      await served.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}
