import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Digest } from '@ctrkit/oci';
import { RootfsError, unpackInto } from '@ctrkit/rootfs';
import type { RootfsEvent, UnpackedLayer, UnpackOptions } from '@ctrkit/rootfs';
import { walkTree } from '@ctrkit/syscalls';
import type { WalkEntry } from '@ctrkit/syscalls';
import { test } from 'uvu';

/** A test that is skipped where something that it needs is missing. */
export const when =
  (there: boolean) =>
  (name: string, body: () => Promise<void>): void => {
    if (there) test(name, body);
    else test.skip(name, body);
  };

export const diffIdOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Unpacks an uncompressed archive into a directory. */
export async function unpack(
  archive: Uint8Array,
  directory: string,
  options: Partial<UnpackOptions> = {},
): Promise<UnpackedLayer> {
  const source = Readable.from(chunksOf(archive)) as AsyncIterable<Uint8Array>;
  return await unpackInto(source, {
    diffId: diffIdOf(archive),
    compression: 'none',
    directory,
    ...options,
  });
}

/** The archive in pieces whose ends fall anywhere. */
export function* chunksOf(archive: Uint8Array, size = 100_003): Generator<Uint8Array> {
  for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
}

/** The code of the error that this ends with, `success` where it succeeds. */
export async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'success';
  } catch (error) {
    if (error instanceof RootfsError) return error.code;
    const { code } = error as { code?: unknown };
    if (typeof code === 'string') return code;
    throw error;
  }
}

/** Collects what was left out. */
export function droppedInto(list: string[]): (event: RootfsEvent) => void {
  return (event) => {
    if (event.type === 'dropped')
      list.push(`${event.what} ${event.path} ${event.attribute ?? ''}`.trim());
  };
}

function describe(entry: WalkEntry, names: Map<string, string>): string[] {
  const inode = `${entry.device}:${entry.inode}`;
  const path = entry.path.toString('latin1');
  const first = names.get(inode) ?? path;
  names.set(inode, first);
  const xattrs = [...entry.xattrs].map(([name, value]) => `${name}=${value.toString('hex')}`);
  return [
    path,
    entry.type,
    entry.mode.toString(8),
    `${entry.uid}:${entry.gid}`,
    String(entry.type === 'directory' ? '' : entry.size),
    String(entry.modified),
    entry.target.toString('latin1'),
    `${entry.major}:${entry.minor}`,
    entry.type === 'directory' ? '' : `as ${first}`,
    xattrs.toSorted().join(' '),
  ];
}

/** Everything about a tree, a line an entry, so that two can be compared; contents as their hash. */
export async function listing(
  directory: string,
  options: { ignoreRoot?: boolean; ignoreDirectoryTimes?: ReadonlySet<string> } = {},
): Promise<string[]> {
  const lines: { fields: string[]; hash: ReturnType<typeof createHash> }[] = [];
  const names = new Map<string, string>();
  let at = 0;
  let size = 0;
  for await (const record of walkTree([{ op: 'root', path: directory }], { contents: 2 ** 40 })) {
    if (record.kind === 'entry') {
      hashZeros(lines.at(-1)?.hash, size - at);
      size = record.type === 'file' ? record.size : 0;
      lines.push({ fields: describe(record, names), hash: createHash('sha1') });
      at = 0;
    } else {
      // A hole is zeros, wherever a file system begins to make one.
      hashZeros(lines.at(-1)?.hash, record.offset - at);
      lines.at(-1)?.hash.update(record.content);
      at = record.offset + record.content.length;
    }
  }
  hashZeros(lines.at(-1)?.hash, size - at);
  return lines
    .filter(({ fields }) => !(options.ignoreRoot === true && fields[0] === '.'))
    .map(({ fields, hash }) => [...fields, hash.digest('hex')].join(' | '));
}

function hashZeros(hash: ReturnType<typeof createHash> | undefined, length: number): void {
  const zeros = Buffer.alloc(65_536);
  for (let left = length; left > 0; left -= zeros.length)
    hash?.update(zeros.subarray(0, Math.min(left, zeros.length)));
}

/** One record of an extended header, whose length counts itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest, 'latin1');
  while (length < Buffer.byteLength(rest, 'latin1') + String(length).length) length++;
  return `${length}${rest}`;
}

/** A line of shell that makes a socket. */
export const makeSocket = (path: string): string =>
  `perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("${path}")) or die'`;
