import {
  familiarReference,
  formatPlatform,
  formatReference,
  isDigest,
  OciError,
  parseJson,
  parsePlatform,
  parseReference,
} from '@ctrkit/oci';
import type { Digest, Platform, Reference } from '@ctrkit/oci';
import { ImageStoreError } from './image-store-error.ts';

/** A lockfile: which bytes names mean. */
export interface ImageLock {
  readonly lockVersion: 1;
  /** By full reference, docker.io/library/busybox:latest. */
  readonly images: Readonly<Record<string, LockedImage>>;
}

export interface LockedImage {
  /** Of the index, or of the manifest where the name means one image. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifests of its platforms, `linux/amd64`. */
  readonly platforms: Readonly<Record<string, Digest>>;
}

const LARGEST = 4 * 1024 * 1024;

/** A lockfile's text: the same images give the same bytes, an image a few lines, so that changes show in a diff. */
export function formatImageLock({ lockVersion, images }: ImageLock): string {
  const sorted = byKey(images).map(([name, { digest, mediaType, platforms }]) => [
    name,
    { digest, mediaType, platforms: Object.fromEntries(byKey(platforms)) },
  ]);
  return `${JSON.stringify({ lockVersion, images: Object.fromEntries(sorted) as object }, null, 2)}\n`;
}

/** Reads a lockfile of at most 4 MiB. Throws LOCK_INVALID, naming `path`. */
export function parseImageLock(bytes: Uint8Array, path: string): ImageLock {
  try {
    const { lockVersion, images } = fields(parseJson(bytes, { maxBytes: LARGEST }));
    if (lockVersion !== 1) throw new Error('lockVersion is not 1');
    const entries = Object.entries(fields(images)).map(([name, image]) => {
      const reference = parseReference(name);
      if (formatReference(reference) !== name) throw new Error(`${name}: not in full`);
      const locked = parseLocked(image);
      if ((reference.digest ?? locked.digest) !== locked.digest) {
        throw new Error(`${name}: at another digest than its own`);
      }
      return [name, locked] as const;
    });
    return { lockVersion, images: Object.fromEntries(entries) };
  } catch (cause) {
    const why = (cause as Error).message;
    throw new ImageStoreError('LOCK_INVALID', `${path}: is no lockfile of images: ${why}`, {
      path,
      hint: 'ctr image lock -o FILE IMAGE... writes one',
      cause,
    });
  }
}

/** What to pull for a name: its repository, at the digest that is locked. Throws NOT_LOCKED, NAME_INVALID. */
export function lockedReference(
  lock: ImageLock,
  name: string,
  { platform }: { platform?: Platform } = {},
): Reference & { digest: Digest } {
  const reference = parseName(name);
  const locked = Object.hasOwn(lock.images, formatReference(reference))
    ? lock.images[formatReference(reference)]
    : undefined;
  if (locked === undefined) throw notLocked(familiarReference(reference), Object.keys(lock.images));
  const platforms = Object.keys(locked.platforms);
  if (platform !== undefined && !platforms.some((one) => isSame(one, platform))) {
    throw notLocked(`${familiarReference(reference)} for ${formatPlatform(platform)}`, platforms);
  }
  const { registry, repository } = reference;
  return { registry, repository, digest: locked.digest };
}

function parseLocked(value: unknown): LockedImage {
  const { digest, mediaType, platforms } = fields(value);
  if (!isDigest(digest) || typeof mediaType !== 'string')
    throw new Error('an image without digest');
  const entries = Object.entries(fields(platforms)).map(([name, of]) => {
    if (!isDigest(of)) throw new Error(`${name}: not a digest`);
    return [formatPlatform(parsePlatform(name)), of] as const;
  });
  return { digest, mediaType, platforms: Object.fromEntries(entries) };
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error('not an object');
}

function byKey<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isSame(name: string, platform: Platform): boolean {
  return formatPlatform(parsePlatform(name)) === formatPlatform(platform);
}

function parseName(text: string): Reference {
  try {
    return parseReference(text);
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new ImageStoreError('NAME_INVALID', cause.message, { image: text, cause });
  }
}

function notLocked(what: string, available: string[]): ImageStoreError {
  return new ImageStoreError('NOT_LOCKED', `${what}: is not in the lockfile`, {
    image: what,
    available,
    hint: `there is ${available.slice(0, 10).join(', ') || 'nothing'}`,
  });
}
