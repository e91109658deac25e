import { mkdir } from 'node:fs/promises';
import { explainSystemError } from '@ctrkit/durable';
import { copyEntries } from '@ctrkit/rootfs';
import type { Tree } from '@ctrkit/rootfs';
import { walkTree } from '@ctrkit/syscalls';
import type { WalkRecord } from '@ctrkit/syscalls';

const isDevice = (type: string): boolean => type === 'character' || type === 'block';

// They become the user's, as with docker; and no device of an image is made on the host.
async function* ownRecords(
  tree: Tree,
  signal: AbortSignal,
  modified: bigint | undefined,
): AsyncGenerator<WalkRecord> {
  // Inside, where files are made, a normal user is root.
  const time = modified === undefined ? {} : { modified };
  for await (const record of walkTree(tree, { contents: Number.MAX_SAFE_INTEGER }, { signal })) {
    if (record.kind === 'data') yield record;
    else if (record.path.toString() !== '.' && !isDevice(record.type)) {
      yield { ...record, uid: 0, gid: 0, ...time, xattrs: new Map() };
    }
  }
}

/** Copies the files of an image into a directory of the host, which is made where it is missing. Throws RootfsError, NO_SPACE, READ_ONLY, PERMISSION_DENIED. */
export async function writeFiles(
  tree: Tree,
  directory: string,
  { signal, modified }: { readonly signal: AbortSignal; readonly modified: bigint | undefined },
): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw explainSystemError(error, directory);
  }
  await copyEntries(ownRecords(tree, signal, modified), directory, { sync: false });
}
