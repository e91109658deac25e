import { createHash } from 'node:crypto';
import * as assert from 'uvu/assert';
import { mediaTypes } from '@ctrkit/oci';
import { ask } from '../support.ts';
import type { Answer } from '../support.ts';

export const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
export const sha512 = (bytes: Uint8Array): string =>
  `sha512:${createHash('sha512').update(bytes).digest('hex')}`;

/** Begins an upload and answers where it continues. */
export async function begin(origin: string, repository: string): Promise<string> {
  const answer = await ask(origin, 'POST', `/v2/${repository}/blobs/uploads/`, {
    body: new Uint8Array(),
  });
  assert.is(answer.status, 202);
  return answer.headers.location ?? '';
}

/** Pushes a blob and answers its digest. */
export async function pushBlob(
  origin: string,
  repository: string,
  bytes: Uint8Array,
): Promise<string> {
  const location = await begin(origin, repository);
  const digest = sha256(bytes);
  const answer = await ask(origin, 'PUT', `${location}?digest=${digest}`, { body: bytes });
  assert.is(answer.status, 201);
  return digest;
}

/** A manifest, ready to be pushed. */
export interface Pushed {
  readonly body: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

/** Pushes the configuration of an image without layers, and answers its manifest. */
export async function manifestOf(
  origin: string,
  repository: string,
  text: string,
): Promise<Pushed> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
      author: text,
    }),
  );
  const digest = await pushBlob(origin, repository, config);
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest, size: config.length },
      layers: [],
    }),
  );
  return { body, digest: sha256(body), mediaType: mediaTypes.manifest };
}

/** Pushes a manifest. */
export function put(origin: string, path: string, { body, mediaType }: Pushed): Promise<Answer> {
  return ask(origin, 'PUT', path, { body, headers: { 'content-type': mediaType } });
}
