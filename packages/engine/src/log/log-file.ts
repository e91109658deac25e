import { closeSync, constants, fstatSync, lstatSync, openSync, read } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from '@ctrkit/durable';
import { EngineError } from '../engine-error.ts';
import { explained } from '../explained.ts';

const readBytes = promisify(read);

/** A file of a log, open: it stays itself whatever name it gets. */
export interface LogFile {
  readonly fd: number;
  /** Device and inode: as long as the file is open, no other has them. */
  readonly identity: string;
  /** In bytes, when it was opened. */
  readonly size: number;
}

const identityOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

// Neither a link nor a pipe that somebody put there is followed, or waited for.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function unlessAbsent<T>(path: string, action: () => T): T | undefined {
  try {
    return explained(path, action);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const invalid = (path: string, cause?: unknown): EngineError =>
  new EngineError('LOG_INVALID', `${path} is not a regular file`, { cause });

function openUnlessAbsent(path: string): number | undefined {
  try {
    return unlessAbsent(path, () => openSync(path, FLAGS));
  } catch (error) {
    // A link, or a socket.
    throw ['ELOOP', 'ENXIO'].includes(errnoOf(error) ?? '') ? invalid(path, error) : error;
  }
}

/** Opens a file of a log; undefined where there is none. Throws LOG_INVALID for what is no file, DurableError. */
export function openLogFile(path: string): LogFile | undefined {
  const fd = openUnlessAbsent(path);
  if (fd === undefined) return undefined;
  const stats = fstatSync(fd, { bigint: true });
  if (stats.isFile()) return { fd, identity: identityOf(stats), size: Number(stats.size) };
  closeSync(fd);
  throw invalid(path);
}

export const closeLogFile = ({ fd }: LogFile): void => closeSync(fd);

/** The size in bytes that a file has by now. */
export const presentSize = ({ fd }: LogFile): number => fstatSync(fd).size;

/** Which file has this name at the moment; undefined where none has. */
export function fileNamed(path: string): string | undefined {
  const stats = unlessAbsent(path, () => lstatSync(path, { bigint: true }));
  return stats === undefined ? undefined : identityOf(stats);
}

/** Reads at a position of a file into a buffer; fewer bytes than asked for where it ends. */
export async function readLogFile(
  { fd }: LogFile,
  into: Buffer,
  position: number,
): Promise<Buffer> {
  const { bytesRead } = await readBytes(fd, into, 0, into.length, position);
  return into.subarray(0, bytesRead);
}
