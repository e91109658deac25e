import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { explainSystemError, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import { removeTree } from '@ctrkit/rootfs';
import type { World } from '../world.ts';

/** A new directory for files of one container, the caller's to remove; what killed builds left is removed first. */
export async function temporaryFiles({ engine }: World): Promise<string> {
  const parent = join(engine.root, 'build-cache/binds');
  const path = temporaryName(join(parent, 'x'));
  try {
    await sweepTemporaries(parent, removeTree);
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    mkdirSync(path);
    // Whatever the umask: it is the root of what a container sees.
    chmodSync(path, 0o755);
    return path;
  } catch (error) {
    throw explainSystemError(error, path);
  }
}
