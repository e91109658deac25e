import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { digestAlgorithm, digestHex, parseDigest } from '@ctrkit/oci';
import type { BlobIdentity } from './blobs.ts';
import { LayoutError } from './layout-error.ts';

/**
 * A filter that lets bytes through unchanged and fails if they are not the expected ones: with
 * SIZE_MISMATCH before the first byte too many, or at the end when there are too few; with
 * DIGEST_MISMATCH at the end. Only a stream that ended without an error was right.
 */
export function verifyStream(
  expected: BlobIdentity,
): (source: AsyncIterable<Uint8Array>) => AsyncIterable<Buffer> {
  return (source) => verified(expected, source);
}

async function* verified(
  expected: BlobIdentity,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const verifier = new BlobVerifier(expected);
  for await (const chunk of source) {
    verifier.update(chunk);
    yield asBuffer(chunk);
  }
  verifier.finish();
}

/** The same memory as a Buffer. */
export function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk)
    ? chunk
    : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** What looks at the bytes of a blob as they pass. */
export interface BlobMeter {
  update(chunk: Uint8Array): void;
  finish(): BlobIdentity;
}

/** Finds out the identity of a blob that nobody named: its sha256 and its size. */
export class BlobReckoner implements BlobMeter {
  readonly #hash: Hash = createHash('sha256');
  #size = 0;

  update(chunk: Uint8Array): void {
    this.#size += chunk.length;
    this.#hash.update(chunk);
  }

  finish(): BlobIdentity {
    return { digest: parseDigest(`sha256:${this.#hash.digest('hex')}`), size: this.#size };
  }
}

/** Counts and hashes the bytes of one blob, and says whether they are the expected ones. */
export class BlobVerifier implements BlobMeter {
  readonly #expected: BlobIdentity;
  readonly #hash: Hash;
  #size = 0;

  constructor(expected: BlobIdentity) {
    this.#expected = expected;
    this.#hash = createHash(digestAlgorithm(expected.digest));
  }

  /** Takes the next bytes. Throws SIZE_MISMATCH as soon as there are too many. */
  update(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#size > this.#expected.size) throw sizeMismatch(this.#expected, this.#size, true);
    this.#hash.update(chunk);
  }

  /** Ends the blob. Throws SIZE_MISMATCH or DIGEST_MISMATCH. */
  finish(): BlobIdentity {
    const { digest, size } = this.#expected;
    if (this.#size !== size) throw sizeMismatch(this.#expected, this.#size);
    const actual = this.#hash.digest('hex');
    if (actual === digestHex(digest)) return this.#expected;
    throw new LayoutError('DIGEST_MISMATCH', `blob ${digest}: its bytes have another digest`, {
      digest,
      expected: digest,
      actual: `${digestAlgorithm(digest)}:${actual}`,
      hint: 'it was damaged on the way or on disk: remove it and fetch it again',
    });
  }
}

/** The error for a blob of another length; with `atLeast`, only so many bytes were looked at. */
export function sizeMismatch(expected: BlobIdentity, actual: number, atLeast = false): LayoutError {
  const { digest, size } = expected;
  const found = atLeast ? `more than ${size} bytes` : `${actual} bytes instead of ${size}`;
  return new LayoutError('SIZE_MISMATCH', `blob ${digest}: has ${found}`, {
    digest,
    expected: size,
    actual,
    hint: 'it was cut short or altered: remove it and fetch it again',
  });
}
