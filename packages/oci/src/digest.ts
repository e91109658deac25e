import { createHash } from 'node:crypto';
import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/**
 * The digest of some bytes. Only parseDigest, isDigest and digestOf vouch for a value of this type.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 */
export type Digest = `sha256:${string}` | `sha512:${string}`;

/** The registered hash functions: no other is accepted. */
export type DigestAlgorithm = 'sha256' | 'sha512';

// A digest becomes a file name and a part of a URL (CVE-2024-3727), so nothing but this form passes.
const form = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether `text` is a sha256 or sha512 digest in its canonical, lower-case form. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && form.test(text);
}

/** The digest that `text` spells. Throws DIGEST_INVALID. */
export function parseDigest(text: unknown): Digest {
  if (isDigest(text)) return text;
  const shown = typeof text === 'string' ? quote(text) : typeof text;
  throw new OciError('DIGEST_INVALID', `not a digest: ${shown}`, {
    hint: 'a digest is sha256: and 64, or sha512: and 128 lower-case hexadecimal digits',
  });
}

/** The hash function of a digest. */
export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha256:') ? 'sha256' : 'sha512';
}

/** The hexadecimal half of a digest. */
export function digestHex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The sha256 digest of bytes, or of a text in UTF-8. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
