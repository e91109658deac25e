import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface FileStats {
  readonly size: number;
  readonly mtimeMs: number;
}

const stamp = ({ size, mtimeMs }: FileStats): string => `${size}-${Math.trunc(mtimeMs)}`;

/**
 * Where the compiled code of a program, or of a chunk of it, is kept for one command: beside the program, under a name that says
 * for which program and which Node. The version is not enough: two builds of one may differ in what compiled code refers to.
 */
export function cachePath(program: string, stats: FileStats, word: string, chunk?: string): string {
  const node = `${process.version}-${process.arch}-${stamp(statSync(process.execPath))}`;
  const part = chunk === undefined ? [] : [basename(chunk), stamp(statSync(chunk))];
  return join(dirname(program), 'cache', [word, node, stamp(stats), ...part].join('@'));
}

// V8 runs what it finds: nobody else's file, and none that others may write.
function readOwn(path: string, owner: number): Buffer | undefined {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stats = fstatSync(descriptor);
    const isOwn = stats.isFile() && stats.uid === owner && (stats.mode & 0o022) === 0;
    return isOwn ? readFileSync(descriptor) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Compiled code that was written to `path`; undefined where there is none, or none to be trusted: not of the
 * program's owner, open to others, damaged.
 */
export function readCode(path: string, owner: number): Buffer | undefined {
  try {
    const bytes = readOwn(path, owner);
    const code = bytes?.subarray(0, bytes.length / 2);
    return code?.equals(bytes?.subarray(code.length) ?? code) === true ? code : undefined;
  } catch {
    // Without it the program starts all the same.
    return undefined;
  }
}

// V8 does not check its own checksum, and dies of damaged code; comparing two copies is the cheapest check there is.
function writeTwice(path: string, code: Buffer): void {
  const descriptor = openSync(path, 'wx', 0o644);
  try {
    for (const part of [code, code]) writeSync(descriptor, part);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const programOf = (name: string): string | undefined => name.split('@')[2];

// Of an earlier program, or left by a writer that was killed; what another Node compiled stays.
function removeStale(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (programOf(name) !== programOf(basename(path))) {
      rmSync(join(dirname(path), name), { force: true });
    }
  }
}

/**
 * Keeps compiled code at `path`, in one step, in place of what was kept for an earlier program. Only the owner of
 * the program does, so that whoever may change the one may change the other and nobody else; where there is no
 * writing, nothing is kept.
 */
export function writeCode(path: string, owner: number, compiled: () => Buffer): void {
  if (process.geteuid?.() !== owner) return;
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    writeTwice(temporary, compiled());
    renameSync(temporary, path);
    removeStale(path);
  } catch {
    // It only costs the next start some time; the next who writes removes what is left.
  }
}
