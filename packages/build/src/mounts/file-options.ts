import { chmodSync, chownSync } from 'node:fs';
import type { RunMount } from '../dockerfile/instruction.ts';

/** Whose a file of a mount is, and who may use it: as its options say, which were checked when they were read. */
export function setOwner(
  path: string,
  { uid, gid, mode }: RunMount['options'],
  usual: number,
): void {
  // prettier-ignore
  // In a user namespace of one id all is root's, which is us.
  if (process.geteuid?.() === 0) chownSync(path, Number(uid ?? 0), Number(gid ?? 0));
  chmodSync(path, mode === undefined ? usual : Number.parseInt(mode, 8) & 0o7777);
}
