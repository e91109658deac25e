import { closeSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { explainSystemError, removeTree, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import type { WalkData } from '@ctrkit/syscalls';
import { makeDirectory } from './make-directory.ts';

const SMALL = 256 * 1024;
const MOST_IN_MEMORY = 64 * 1024 * 1024;
const PIECE = 256 * 1024;

/** The contents of one file, kept for as long as the build takes. Holes are left out. */
export interface Kept {
  read(): AsyncIterable<WalkData>;
}

/** Takes the pieces of one file, in order. */
export interface SpoolEntry {
  add(data: WalkData): void;
  end(): Kept;
  /** Lets go of what is open of it; nothing after `end`. */
  abandon(): void;
}

/**
 * Keeps the contents of files: small ones in memory, as long as there is room, others in a directory of its own below `parent`, which
 * goes with it, or is swept by the next after a crash.
 */
export class Spool implements AsyncDisposable {
  readonly #parent: string;
  #directory: string | undefined;
  #inMemory = 0;
  #files = 0;

  constructor(parent: string) {
    this.#parent = parent;
  }

  /** For a file of that size. */
  open(size: number): SpoolEntry {
    if (size > SMALL || this.#inMemory + size > MOST_IN_MEMORY) return this.#onDisk();
    this.#inMemory += size;
    return inMemory();
  }

  #onDisk(): SpoolEntry {
    this.#files += 1;
    const path = join(this.#make(), String(this.#files));
    try {
      return onDisk(path, openSync(path, 'wx', 0o600));
    } catch (error) {
      throw explainSystemError(error, path);
    }
  }

  #make(): string {
    if (this.#directory !== undefined) return this.#directory;
    const directory = temporaryName(join(this.#parent, 'spool'));
    makeDirectory(directory);
    this.#directory = directory;
    return directory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#directory === undefined) return;
    await removeTree(this.#directory);
    await sweepTemporaries(this.#parent);
  }
}

function inMemory(): SpoolEntry {
  const pieces: WalkData[] = [];
  return {
    add: (data) => void pieces.push(data),
    end: () => ({
      // oxlint-disable-next-line require-await
      read: async function* () {
        yield* pieces;
      },
    }),
    abandon: () => undefined,
  };
}

interface Piece {
  readonly offset: number;
  readonly length: number;
}

// Pieces lie one behind the other: where they belong in the file is remembered beside.
function onDisk(path: string, descriptor: number): SpoolEntry {
  const pieces: Piece[] = [];
  return {
    add: ({ offset, content }) => {
      try {
        for (let at = 0; at < content.length;) at += writeSync(descriptor, content, at);
      } catch (error) {
        throw explainSystemError(error, path);
      }
      const last = pieces.at(-1);
      const follows = last !== undefined && last.offset + last.length === offset;
      if (follows) pieces[pieces.length - 1] = { ...last, length: last.length + content.length };
      else pieces.push({ offset, length: content.length });
    },
    end: () => {
      closeSync(descriptor);
      return { read: () => readBack(path, pieces) };
    },
    abandon: () => closeSync(descriptor),
  };
}

async function* readBack(path: string, pieces: readonly Piece[]): AsyncGenerator<WalkData> {
  await using file = await open(path);
  for (const { offset, length } of pieces) {
    for (let done = 0; done < length;) {
      const content = Buffer.allocUnsafe(Math.min(PIECE, length - done));
      const { bytesRead } = await file.read(content, 0, content.length, null);
      if (bytesRead === 0) throw new Error(`${path}: ends early`);
      yield { kind: 'data', offset: offset + done, content: content.subarray(0, bytesRead) };
      done += bytesRead;
    }
  }
}
