import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainSystemError } from '@ctrkit/durable';
import { removeTree } from '@ctrkit/rootfs';
import type { World } from '../world.ts';
import { acquired } from './run-mount.ts';
import type { AcquiredMount } from './run-mount.ts';
import { temporaryFiles } from './temporary-files.ts';

/** Where a RUN's own programs stand while it runs. */
export const scriptPath = (name: string): string => `/dev/pipes/${name}`;

/** A heredoc as a program of its RUN, which is in no layer. */
export async function scriptMount(
  world: World,
  { name, content }: { readonly name: string; readonly content: string },
): Promise<AcquiredMount> {
  const directory = await temporaryFiles(world);
  const source = join(directory, 'script');
  try {
    writeFileSync(source, content);
    // Whatever the umask: any user of the container runs it.
    chmodSync(source, 0o755);
  } catch (error) {
    await removeTree(directory);
    throw explainSystemError(error, source);
  }
  const mount = { type: 'bind', source, target: scriptPath(name), readOnly: true } as const;
  return acquired([mount], () => removeTree(directory));
}
