import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Digest } from '@ctrkit/oci';
import { RootfsError, unpackInto } from '@ctrkit/rootfs';
import type { RootfsEvent, UnpackedLayer, UnpackOptions } from '@ctrkit/rootfs';
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
