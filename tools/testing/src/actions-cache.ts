import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { scriptedRegistry } from './scripted-registry.ts';
import type { ScriptedRegistry } from './scripted-registry.ts';

interface Entry {
  readonly key: string;
  readonly version: string;
  bytes: Buffer;
  isWhole: boolean;
}

/** GitHub's cache service as a program sees it. */
export interface ActionsCacheService extends AsyncDisposable {
  /** What ACTIONS_RESULTS_URL says. */
  readonly url: string;
  /** What ACTIONS_RUNTIME_TOKEN says. */
  readonly token: string;
  /** The entries that are whole, the oldest first; tests may damage and remove them. */
  readonly entries: Entry[];
  /** Every request so far. */
  readonly requests: ScriptedRegistry['requests'];
  /** As many calls of the service, from now on, are answered with 503. */
  busy: number;
  /** Whether the token may not write, as that of somebody else's pull request. */
  isReadOnly: boolean;
}

const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Twirp's errors: https://twitchtv.github.io/twirp/docs/errors.html */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

class Service {
  readonly token: string = randomUUID();
  readonly entries: Entry[] = [];
  busy = 0;
  isReadOnly = false;
  readonly #uploads = new Map<string, Entry>();
  readonly #downloads = new Map<string, Entry>();

  answer(method: string, asked: Record<string, unknown>, origin: string): object {
    if (method === 'GetCacheEntryDownloadURL') return this.#find(asked, origin);
    if (this.isReadOnly) throw new Refusal(403, 'permission_denied', 'this token may only read');
    if (method === 'CreateCacheEntry') return this.#create(asked, origin);
    if (method === 'FinalizeCacheEntryUpload') return this.#finalize(asked);
    throw new Refusal(404, 'bad_route', `no method ${method}`);
  }

  #find(
    { key, version, restore_keys: prefixes = [] }: Record<string, unknown>,
    origin: string,
  ): object {
    const whole = this.entries.filter((entry) => entry.isWhole && entry.version === version);
    const newest = whole.findLast((entry) => (prefixes as string[]).some((prefix) => entry.key.startsWith(prefix))); // prettier-ignore
    const found = whole.find((entry) => entry.key === key) ?? newest;
    if (found === undefined) return { ok: false, signed_download_url: '', matched_key: '' };
    const path = `/signed/${randomUUID()}`;
    this.#downloads.set(path, found);
    return { ok: true, signed_download_url: `${origin}${path}?sig=x`, matched_key: found.key };
  }

  #create({ key, version }: Record<string, unknown>, origin: string): object {
    const isTaken = this.entries.some((entry) => entry.key === key && entry.version === version);
    if (isTaken) throw new Refusal(409, 'already_exists', 'cache entry with the same key exists');
    const entry = { key: String(key), version: String(version), bytes: Buffer.alloc(0), isWhole: false }; // prettier-ignore
    this.entries.push(entry);
    const path = `/signed/${randomUUID()}`;
    this.#uploads.set(path, entry);
    return { ok: true, signed_upload_url: `${origin}${path}?sig=x` };
  }

  #finalize({ key, version, size_bytes: size }: Record<string, unknown>): object {
    const entry = this.entries.find((one) => one.key === key && one.version === version);
    if (entry === undefined || String(entry.bytes.length) !== size) throw new Refusal(400, 'invalid_argument', 'size'); // prettier-ignore
    entry.isWhole = true;
    return { ok: true, entry_id: '1' };
  }

  /** What Azure's storage does behind a signed address; a token of somebody else's is an error there. */
  async store(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request;
    const [upload, download] = [this.#uploads.get(path), this.#downloads.get(path)];
    if (headers.authorization !== undefined) return void response.writeHead(400).end();
    if (method === 'GET' && download !== undefined) return void response.end(download.bytes);
    const isBlob = headers['x-ms-blob-type'] === 'BlockBlob' && headers['content-length'] !== undefined; // prettier-ignore
    if (method !== 'PUT' || upload === undefined || !isBlob)
      return void response.writeHead(404).end();
    upload.bytes = await bodyOf(request);
    response.writeHead(201).end();
  }
}

/** Plays GitHub's cache service (version 2) on loopback, and the storage that its signed addresses lead to. */
export async function actionsCacheService(): Promise<ActionsCacheService> {
  const service = new Service();
  const server: ScriptedRegistry = await scriptedRegistry(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', server.origin);
    if (!pathname.startsWith(SERVICE)) return await service.store(pathname, request, response);
    const body = await bodyOf(request);
    if (service.busy > 0) {
      service.busy -= 1;
      return void response.writeHead(503, { 'retry-after': '0' }).end();
    }
    response.setHeader('content-type', 'application/json');
    try {
      if (request.headers.authorization !== `Bearer ${service.token}`) throw new Refusal(401, 'unauthenticated', 'no token'); // prettier-ignore
      const asked = JSON.parse(body.toString()) as Record<string, unknown>;
      response.end(JSON.stringify(service.answer(pathname.slice(SERVICE.length), asked, server.origin))); // prettier-ignore
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response
        .writeHead(error.status)
        .end(JSON.stringify({ code: error.code, msg: error.message }));
    }
  });
  return Object.assign(service, {
    url: `${server.origin}/`,
    requests: server.requests,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  });
}
