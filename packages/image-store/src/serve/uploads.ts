import { createHash, randomUUID } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { explainSystemError, temporaryName } from '@ctrkit/durable';
import { adoptBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { digestAlgorithm, digestHex } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { appendAll } from './append-all.ts';
import { DistributionError } from './distribution-error.ts';

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
  /** Set while a request works on it: pieces come one after the other. */
  busy: boolean;
  expiry: NodeJS.Timeout | undefined;
}

export interface UploadLimits {
  /** At once; one more is refused. */
  readonly most: number;
  /** Milliseconds without a request after which an upload is given up. */
  readonly idleMs: number;
}

/** Uploads into a layout: bytes go to its `ingest` directory, and by rename among its blobs. */
export function createUploads(
  layout: Layout,
  limits: UploadLimits = { most: 256, idleMs: 60 * 60_000 },
): Uploads {
  const sessions = new Map<string, Session>();

  const cancel = async ({ id }: Upload): Promise<void> => {
    const session = sessions.get(id);
    if (session === undefined) return;
    sessions.delete(id);
    clearTimeout(session.expiry);
    await session.handle.close();
    await rm(session.path, { force: true });
  };

  const exclusively = async (upload: Upload, work: (session: Session) => Promise<void>) => {
    const session = sessions.get(upload.id);
    if (session === undefined) throw unknown();
    if (session.busy) throw invalid('another request is writing to this upload');
    session.busy = true;
    clearTimeout(session.expiry);
    try {
      await work(session);
    } finally {
      session.busy = false;
      session.expiry = setTimeout(() => void cancel(session), limits.idleMs).unref();
    }
  };

  return {
    start: async (repository) => {
      if (sessions.size >= limits.most) {
        throw new DistributionError('TOOMANYREQUESTS', 'too many uploads at once');
      }
      const session = await openSession(layout, repository);
      sessions.set(session.id, session);
      session.expiry = setTimeout(() => void cancel(session), limits.idleMs).unref();
      return session;
    },
    find: (repository, id) => {
      const session = sessions.get(id);
      if (session === undefined || session.repository !== repository) throw unknown();
      return session;
    },
    append: (upload, source) => exclusively(upload, (session) => append(session, source)),
    finish: async (upload, digest) => {
      try {
        await exclusively(upload, (session) => commit(layout, session, digest));
      } finally {
        await cancel(upload);
      }
    },
    cancel,
    cancelAll: async () => {
      await Promise.all([...sessions.values()].map(cancel));
    },
  };
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
    return { id, repository, size: 0, path, handle, hash, busy: false, expiry: undefined };
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function append(session: Session, source: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await appendAll(session.handle, session.size, source, (written) => {
      session.hash.update(written);
      session.size += written.length;
    });
  } catch (error) {
    throw explainSystemError(error, session.path);
  }
}

async function commit(layout: Layout, session: Session, digest: Digest): Promise<void> {
  const { path, size, handle } = session;
  // An earlier piece may have left bytes of a failed write behind what counts.
  await handle.truncate(size);
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

function invalid(message: string): DistributionError {
  return new DistributionError('BLOB_UPLOAD_INVALID', message, { status: 409 });
}

function mismatch(digest: Digest): DistributionError {
  return new DistributionError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
    detail: { digest },
  });
}
