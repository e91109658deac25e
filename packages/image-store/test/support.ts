import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { makeImageLayout, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { ImageParts, MadeImage } from '@ctrkit/testing';
import { openImageStore } from '../src/index.ts';
import type { ImageStore } from '../src/index.ts';

/** A store in a directory of its own, with another one beside it for sources. */
export interface TestStore extends AsyncDisposable {
  readonly store: ImageStore;
  readonly root: string;
  readonly aside: string;
}

export async function testStore(): Promise<TestStore> {
  const directory = await temporaryDirectory();
  const root = join(directory.path, 'store');
  const store = await openImageStore({ root });
  return {
    store,
    root,
    aside: directory.path,
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}

/** One small layer; another text gives another image. */
export function layerOf(text: string): Buffer {
  return tarOf([{ path: 'file', type: 'File', content: text }]);
}

let made = 0;

/** Puts an image into a store under a name, through a layout directory. */
export async function addImage(
  { store, aside }: Pick<TestStore, 'store' | 'aside'>,
  name: string,
  parts: Partial<ImageParts> & { text?: string } = {},
): Promise<MadeImage> {
  const { text = name, ...rest } = parts;
  const directory = join(aside, `source-${made++}`);
  const image = await makeImageLayout(directory, { layers: [layerOf(text)], ...rest });
  await store.import(directory, { name });
  return image;
}

/** The digests of all blobs in a store. */
export async function blobsOf(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'blobs', 'sha256'));
  return names.map((name) => `sha256:${name}`).toSorted();
}

/** All digests of an image that `makeImageLayout` made. */
export function digestsOf({ manifest, config, layers }: MadeImage): string[] {
  return [manifest, config, ...layers].map(({ digest }) => digest).toSorted();
}

/** What is left of half-made things, and of things half removed. */
export async function leftovers(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const part of ['', 'ingest', 'leases', 'trash', 'blobs/sha256']) {
    const names = await readdir(join(root, part)).catch(() => [] as string[]);
    const all = part === 'trash' || part === 'leases';
    found.push(...names.filter((name) => all || name.startsWith('.tmp-')));
  }
  return found;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request, its path sent byte for byte as given (fetch would tidy it up). */
export function ask(
  origin: string,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: Uint8Array | string | Readable } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const { headers = {}, body } = options;
    const outgoing = request({ hostname, port, method, path, headers, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    if (body instanceof Readable) body.pipe(outgoing);
    else outgoing.end(body);
  });
}

/** The codes of an error answer in the spec's form. */
export function codesOf({ headers, body }: Answer): string[] {
  if (headers['content-type'] !== 'application/json') return [];
  const { errors } = JSON.parse(body.toString()) as { errors: { code: string }[] };
  return errors.map(({ code }) => code);
}

/** The `code` of the error that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing was thrown';
}
