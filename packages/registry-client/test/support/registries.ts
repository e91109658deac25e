import { join } from 'node:path';
import { openImageStore, serveRegistry } from '@ctrkit/image-store';
import { temporaryDirectory } from '@ctrkit/testing';

/** A registry that speaks for itself, without the package under test. */
export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly origin: string;
}

/** The registry that an image store is. */
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
