import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { LayoutError, openLayout } from '@ctrkit/layout';
import type { BlobIdentity, Layout } from '@ctrkit/layout';
import { parseDigest } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { makeImageLayout, tarOf } from '@ctrkit/testing';
import type { ImageParts, MadeImage } from '@ctrkit/testing';
import { rejection } from './rejection.ts';

/** The identity of these bytes. */
export function identityOf(
  bytes: Uint8Array,
  algorithm: 'sha256' | 'sha512' = 'sha256',
): BlobIdentity {
  const hex = createHash(algorithm).update(bytes).digest('hex');
  return { digest: parseDigest(`${algorithm}:${hex}`), size: bytes.length };
}

/** A source of these chunks. */
export async function* chunksOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** The bytes in pieces of that length. */
export async function* piecesOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** These bytes, and then nothing more, without an end. */
export async function* thenSilent(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
  await new Promise<never>(() => undefined);
}

/** All that a source yields. */
export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The code with which a promise fails; fails itself when it does not, or not with a LayoutError. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  if (error instanceof LayoutError) return error.code;
  throw error;
}

/** Bytes that do not compress, the same for the same seed. */
export function noise(length: number, seed = 'noise'): Buffer {
  const blocks = [];
  for (let n = 0; n * 64 < length; n += 1) {
    blocks.push(createHash('sha512').update(`${seed}${n}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** A layer with one file. */
export function layerOf(content: string): Buffer {
  return tarOf([{ path: 'file', type: 'File', content }]);
}

/** A layout, made by other code than ours, that holds one image. */
export async function madeLayout(
  directory: string,
  parts: Partial<ImageParts> = {},
): Promise<{ layout: Layout; image: MadeImage }> {
  const image = await makeImageLayout(directory, { layers: [layerOf('hello')], ...parts });
  return { layout: await openLayout(directory), image };
}

/** An empty layout below a directory. */
export function emptyLayout(parent: string, name = 'empty'): Promise<Layout> {
  return openLayout(join(parent, name), { create: true });
}

/** The descriptor of a made image's manifest. */
export function descriptorOf(image: MadeImage): Descriptor {
  const { mediaType, digest, size } = image.manifest;
  return { mediaType, digest: parseDigest(digest), size };
}
