import { chmod } from 'node:fs/promises';
import { giveTo } from '@ctrkit/rootfs';
import type { RunMount } from '../dockerfile/instruction.ts';

/** Whose a file of a mount is, and who may use it: as its options say, which were checked when they were read. */
export async function setOwner(
  path: string,
  { uid, gid, mode }: RunMount['options'],
  usual: number,
): Promise<void> {
  // While it is ours.
  await chmod(path, mode === undefined ? usual : Number.parseInt(mode, 8) & 0o7777);
  await giveTo(path, { uid: Number(uid ?? 0), gid: Number(gid ?? 0) });
}
