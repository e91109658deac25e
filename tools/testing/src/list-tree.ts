import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { attributesBelow } from './tree-attributes.ts';

export interface ListTreeOptions {
  /** Whether the root itself is left out. @default false */
  readonly ignoreRoot?: boolean;
}

const kinds: Readonly<Record<number, string>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
  0o020000: 'character',
  0o060000: 'block',
  0o010000: 'fifo',
  0o140000: 'socket',
};

// As makedev(3) of Linux packs them.
function deviceNumbers(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

// A byte a character, since names need not be text.
const inTree = (root: Buffer, path: Buffer): string =>
  path.length === root.length ? '.' : path.subarray(root.length + 1).toString('latin1');

function* entriesBelow(path: Buffer): Generator<{ path: Buffer; stats: BigIntStats }> {
  const stats = lstatSync(path, { bigint: true });
  yield { path, stats };
  if (!stats.isDirectory()) return;
  const names = readdirSync(path, { encoding: 'buffer' }).toSorted((a, b) => a.compare(b));
  for (const name of names) yield* entriesBelow(Buffer.concat([path, Buffer.from('/'), name]));
}

async function digestOf(path: Buffer): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * Everything about the files of a tree, a line each, in the order of their names' bytes: name, kind, mode, owner, size, time of the last
 * change in nanoseconds, target, device, the first of the names of one file, attributes, digest of the contents. Two trees are equal
 * where their lines are. Needs `command:getfattr`.
 */
export async function listTree(root: string, options: ListTreeOptions = {}): Promise<string[]> {
  const top = Buffer.from(root);
  const attributes = attributesBelow(root);
  const firstNames = new Map<string, string>();
  const lines: string[] = [];
  for (const { path, stats } of entriesBelow(top)) {
    const name = inTree(top, path);
    if (name === '.' && options.ignoreRoot === true) continue;
    const isDirectory = stats.isDirectory();
    const kind = kinds[Number(stats.mode & 0o170000n)] ?? 'other';
    const isDevice = kind === 'character' || kind === 'block';
    const file = `${stats.dev}:${stats.ino}`;
    if (!firstNames.has(file)) firstNames.set(file, name);
    lines.push(
      [
        name,
        kind,
        (stats.mode & 0o7777n).toString(8),
        `${stats.uid}:${stats.gid}`,
        isDirectory ? '' : stats.size,
        stats.mtimeNs,
        kind === 'symlink' ? readlinkSync(path, { encoding: 'buffer' }).toString('latin1') : '',
        isDevice ? deviceNumbers(stats.rdev) : '',
        isDirectory ? '' : `as ${firstNames.get(file)}`,
        attributes.get(name) ?? '',
        kind === 'file' ? await digestOf(path) : '',
      ].join(' | '),
    );
  }
  return lines;
}
