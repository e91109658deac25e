import type { RunMount } from '../dockerfile/instruction.ts';

/** The permission bits that a mount's options say; they were checked when they were read. */
export const fileMode = ({ mode }: RunMount['options'], fallback: number): number =>
  mode === undefined ? fallback : Number.parseInt(mode, 8) & 0o7777;

/** Whose they say that it is. @default root's */
export const fileOwner = ({ uid, gid }: RunMount['options']): { uid: number; gid: number } => ({
  uid: Number(uid ?? 0),
  gid: Number(gid ?? 0),
});
