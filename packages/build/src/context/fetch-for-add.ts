import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { digestAlgorithm, digestHex } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { FetchedUrl, RegistryError } from '@ctrkit/registry-client';
import { BuildError } from '../build-error.ts';
import { openScratchSource, treeIn } from './scratch-context.ts';
import type { SourceTree } from './source.ts';
import type { TreeSourceOptions } from './tree-source.ts';

export interface FetchForAddOptions extends TreeSourceOptions {
  /** What the bytes have to be. */
  readonly checksum?: Digest | undefined;
  /** Where proxies are named. @default that of this process */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A tree of the one file that was fetched. */
export interface FetchedFile extends SourceTree {
  /** The source that selects it. */
  readonly source: string;
  /** Undefined where neither the URL nor the answer tells: then it needs a destination that names it. */
  readonly name: string | undefined;
}

/** As docker names it: by the path, else by what the server says; never anything that leads elsewhere. */
export function nameOfFetched(
  { pathname }: URL,
  disposition: string | undefined,
): string | undefined {
  const given = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? '';
  const fromPath = pathname.endsWith('/')
    ? ''
    : decoded(pathname.slice(pathname.lastIndexOf('/') + 1));
  const name = (fromPath === '' ? given : fromPath).replace(/^.*\//s, '');
  const isName = name !== '' && name !== '.' && name !== '..' && !name.includes('\0');
  return isName && Buffer.byteLength(name) <= 255 ? name : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // What is no UTF-8 stays as it stands.
    return text;
  }
}

const UNNAMED = 'download';

/** Fetches a URL on behalf of COPY's or ADD's author. Throws SOURCE_NOT_FOUND, as does the body. */
export async function fetchRemote(
  url: URL,
  { env, signal }: Pick<FetchForAddOptions, 'env' | 'signal'>,
): Promise<FetchedUrl> {
  const { fetchUrl } = await import('@ctrkit/registry-client');
  try {
    const fetched = await fetchUrl(url, { signal, ...(env !== undefined && { env }) });
    return { ...fetched, body: explained(fetched.body, url) };
  } catch (error) {
    throw explain(error, url);
  }
}

async function* explained(body: AsyncIterable<Buffer>, url: URL): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw explain(error, url);
  }
}

// By its name: the client is loaded only where something is fetched.
const isRegistryError = (error: unknown): error is RegistryError =>
  error instanceof Error && error.name === 'RegistryError';

function explain(cause: unknown, url: URL): unknown {
  if (!isRegistryError(cause)) return cause;
  const hint = cause.hint === undefined ? {} : { hint: cause.hint };
  const message = `failed to GET ${shown(url)}: ${cause.message}`;
  return new BuildError('SOURCE_NOT_FOUND', message, { cause, ...hint });
}

// What follows a `?` may be a signature that opens a door.
const shown = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

async function write(
  path: string,
  { body, headers }: FetchedUrl,
  checksum: Digest | undefined,
): Promise<void> {
  const hash = createHash(checksum === undefined ? 'sha256' : digestAlgorithm(checksum));
  await using file = await open(path, 'wx', 0o600);
  for await (const chunk of body) {
    hash.update(chunk);
    await file.write(chunk);
  }
  const actual = hash.digest('hex');
  if (checksum !== undefined && actual !== digestHex(checksum)) {
    const algorithm = digestAlgorithm(checksum);
    throw new BuildError(
      'CHECKSUM_MISMATCH',
      `digest mismatch ${algorithm}:${actual}: ${checksum}`,
    );
  }
  const modified = Date.parse(headers['last-modified'] ?? '');
  const time = Number.isNaN(modified) ? 0 : modified / 1000;
  await file.utimes(time, time);
}

/**
 * What ADD gets from a URL: one file of mode 0600, as old as the server says, or of 1970. Throws SOURCE_NOT_FOUND, CHECKSUM_MISMATCH,
 * durable's NO_SPACE, the reason of `signal`. https://docs.docker.com/reference/dockerfile/#add
 */
export async function fetchForAdd(url: URL, options: FetchForAddOptions): Promise<FetchedFile> {
  let name: string | undefined;
  const tree = await openScratchSource(options, async (scratch) => {
    const fetched = await fetchRemote(url, options);
    name = nameOfFetched(url, fetched.headers['content-disposition']);
    await write(join(treeIn(scratch), name ?? UNNAMED), fetched, options.checksum);
    return treeIn(scratch);
  });
  return Object.assign(tree, { name, source: literalSource(name ?? UNNAMED) });
}

/** A source that finds a name as it stands, whatever letters it has. */
export function literalSource(name: string): string {
  if (!/[*?[]/.test(name)) return name;
  return name.replaceAll(/[*?[]/g, '[$&]').replaceAll('\\', '\\\\');
}
