import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { digestOf } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { WalkData } from '@ctrkit/syscalls';

const zeros = Buffer.alloc(64 * 1024);

/** The digest of a file from its pieces; what lies between them is zeros. */
export class FileDigest {
  #only: Buffer | undefined;
  #hash: Hash | undefined;
  /** How far it is, in bytes. */
  at = 0;

  add({ offset, content }: WalkData): void {
    // Of most files there is one piece: that costs no hash of its own.
    if (this.at === 0 && offset === 0 && this.#hash === undefined) this.#only = content;
    else {
      this.#zeros(offset - this.at);
      this.#begin().update(content);
    }
    this.at = offset + content.length;
  }

  #begin(): Hash {
    this.#hash ??= createHash('sha256').update(this.#only ?? zeros.subarray(0, 0));
    return this.#hash;
  }

  #zeros(length: number): void {
    for (let left = length; left > 0; left -= zeros.length) {
      this.#begin().update(zeros.subarray(0, Math.min(left, zeros.length)));
    }
  }

  end(size: number): Digest {
    if (this.#hash === undefined && this.at === size) return digestOf(this.#only ?? zeros.subarray(0, 0)); // prettier-ignore
    this.#zeros(size - this.at);
    return `sha256:${this.#begin().digest('hex')}`;
  }
}
