import { createHash, randomUUID } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainSystemError, temporaryName } from '@ctrkit/durable';
import { adoptBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { digestAlgorithm, digestHex } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { DistributionError } from './distribution-error.ts';
import { inBatches } from './in-batches.ts';

/** A blob that is arriving, in one piece or several. */
export interface Upload {
  readonly id: string;
  readonly repository: string;
  /** Bytes so far. */
  readonly size: number;
}

/** The uploads of a running registry; they end with it. */
export interface Uploads {
  start(repository: string): Promise<Upload>;
  /** Throws BLOB_UPLOAD_UNKNOWN. */
  find(repository: string, id: string): Upload;
  /** Takes more bytes; what arrived before the source broke off counts. Throws BLOB_UPLOAD_INVALID. */
  append(upload: Upload, source: AsyncIterable<Uint8Array>): Promise<void>;
  /** Makes it a blob if it has that digest; ends it either way. Throws DIGEST_INVALID. */
  finish(upload: Upload, digest: Digest): Promise<void>;
  cancel(upload: Upload): Promise<void>;
  cancelAll(): Promise<void>;
}

interface Session extends Upload {
  size: number;
  readonly path: string;
  readonly handle: FileHandle;
  readonly hash: Hash;
  /** Set while a request works on it, until that ends: pieces come one after the other. */
  busy: Promise<void> | undefined;
  /** Set when bytes that count could not be written: it cannot go on then. */
  broken: boolean;
  expiry: NodeJS.Timeout | undefined;
}

export interface UploadLimits {
  /** At once; one more is refused. */
  readonly most: number;
  /** Milliseconds without a request after which an upload is given up. */
  readonly idleMs: number;
}

const PATIENCE_MS = 500;

const defaults: UploadLimits = { most: 256, idleMs: 60 * 60_000 };

/** Uploads into a layout: bytes go to its `ingest` directory, and by rename among its blobs. */
export function createUploads(layout: Layout, limits: UploadLimits = defaults): Uploads {
  return new Sessions(layout, limits);
}

class Sessions implements Uploads {
  readonly #layout: Layout;
  readonly #limits: UploadLimits;
  readonly #sessions = new Map<string, Session>();

  constructor(layout: Layout, limits: UploadLimits) {
    this.#layout = layout;
    this.#limits = limits;
  }

  async start(repository: string): Promise<Upload> {
    if (this.#sessions.size >= this.#limits.most) {
      throw new DistributionError('TOOMANYREQUESTS', 'too many uploads at once');
    }
    const session = await openSession(this.#layout, repository);
    this.#sessions.set(session.id, session);
    this.#expireLater(session);
    return session;
  }

  find(repository: string, id: string): Upload {
    const session = this.#sessions.get(id);
    if (session === undefined || session.repository !== repository) throw unknown();
    return session;
  }

  append(upload: Upload, source: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#alone(upload, (session) => append(session, source));
  }

  async finish(upload: Upload, digest: Digest): Promise<void> {
    try {
      await this.#alone(upload, (session) => commit(this.#layout, session, digest));
    } finally {
      await this.cancel(upload);
    }
  }

  async cancel({ id }: Upload): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    clearTimeout(session.expiry);
    await session.handle.close();
    await rm(session.path, { force: true });
  }

  async cancelAll(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.cancel(session)));
  }

  async #alone(upload: Upload, work: (session: Session) => Promise<void>): Promise<void> {
    const session = this.#sessions.get(upload.id);
    if (session === undefined) throw unknown();
    // A client that goes on after its connection broke may be sooner than the news of that.
    if (session.busy !== undefined) await Promise.race([session.busy, sleep(PATIENCE_MS)]);
    if (session.busy !== undefined) throw inUse();
    if (this.#sessions.get(upload.id) !== session) throw unknown();
    clearTimeout(session.expiry);
    const working = work(session);
    session.busy = working.catch(() => undefined);
    try {
      await working;
    } finally {
      session.busy = undefined;
      if (session.broken) await this.cancel(session);
      else this.#expireLater(session);
    }
  }

  #expireLater(session: Session): void {
    session.expiry = setTimeout(() => void this.cancel(session), this.#limits.idleMs).unref();
  }
}

async function openSession(layout: Layout, repository: string): Promise<Session> {
  const directory = join(layout.directory, 'ingest');
  const id = randomUUID();
  // A temporary name tells whose it is: if we are killed, the next collection removes it.
  const path = temporaryName(join(directory, id));
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const handle = await open(path, 'wx+', 0o644);
    const hash = createHash('sha256');
    const state = { size: 0, busy: undefined, broken: false, expiry: undefined };
    return { id, repository, path, handle, hash, ...state };
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

function append(session: Session, source: AsyncIterable<Uint8Array>): Promise<void> {
  return inBatches(source, async (bytes) => {
    const writing = writeWhole(session.handle, bytes, session.size);
    session.size += bytes.length;
    // While the disk works.
    session.hash.update(bytes);
    try {
      await writing;
    } catch (error) {
      session.broken = true;
      throw explainSystemError(error, session.path);
    }
  });
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function commit(layout: Layout, session: Session, digest: Digest): Promise<void> {
  const { path, size } = session;
  const inOrder = digestAlgorithm(digest) === 'sha256';
  if (inOrder && session.hash.copy().digest('hex') !== digestHex(digest)) throw mismatch(digest);
  try {
    await adoptBlob(layout, path, { digest, size }, { verified: inOrder });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'DIGEST_MISMATCH') throw mismatch(digest);
    throw error;
  }
}

function unknown(): DistributionError {
  return new DistributionError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
}

function inUse(): DistributionError {
  const message = 'another request is writing to this upload';
  return new DistributionError('BLOB_UPLOAD_INVALID', message, { status: 409 });
}

function mismatch(digest: Digest): DistributionError {
  return new DistributionError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
    detail: { digest },
  });
}
