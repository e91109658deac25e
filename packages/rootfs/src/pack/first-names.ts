import type { WalkEntry } from '@ctrkit/syscalls';

/** The first name of each file of a walk that has several, by device and inode. */
export class FirstNames {
  readonly #names = new Map<string, string>();

  /** The name that a file went by before; undefined where this is its first, or its only one. */
  of({ type, links, device, inode }: WalkEntry, path: string): string | undefined {
    if (type === 'directory' || links < 2) return undefined;
    const file = `${device}:${inode}`;
    const first = this.#names.get(file);
    if (first === undefined) this.#names.set(file, path);
    return first;
  }
}
