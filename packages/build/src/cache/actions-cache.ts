import { createHash } from 'node:crypto';
import { parseJson } from '@ctrkit/oci';
import { fetchUrl, sendToUrl } from '@ctrkit/registry-client';
import { BuildError } from '../build-error.ts';

/** How the cache service of GitHub Actions, or one that speaks as it does, is reached. */
export interface ActionsCacheAccess {
  /** @default ACTIONS_RESULTS_URL */
  readonly url?: string | undefined;
  /** @default ACTIONS_RUNTIME_TOKEN */
  readonly token?: string | undefined;
}

/** An entry that is there. */
export interface ActionsCacheEntry {
  readonly key: string;
  /** Where its bytes are; whoever has this may read them, for some minutes. */
  readonly url: URL;
}

/** What an entry is to hold. */
export interface NewEntry {
  readonly key: string;
  readonly size: number;
  /** Asked for again where they have to be sent again. */
  readonly bytes: () => Uint8Array | AsyncIterable<Uint8Array>;
}

const SERVICE = 'twirp/github.actions.results.api.v1.CacheService';
// Entries of other programs, and of other forms of ours, are not looked at.
const VERSION = createHash('sha256').update('ctrkit build cache 1').digest('hex');
const LARGEST_UPLOAD = 5000 * 1024 * 1024;

const failed = (message: string, hint?: string): BuildError =>
  new BuildError('CACHE_UNREACHABLE', message, hint === undefined ? {} : { hint });

/**
 * The cache of a repository in GitHub's cache service (version 2): entries that are written once, under a key. Whose entries are seen is that
 * service's to say: those of the own branch and of the default one.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching
 */
export class ActionsCache {
  readonly #service: URL;
  readonly #token: string;
  readonly #signal: AbortSignal;

  /** Throws CACHE_UNREACHABLE where nobody says how it is reached. */
  constructor({ url, token }: ActionsCacheAccess, signal: AbortSignal) {
    const given = url ?? process.env['ACTIONS_RESULTS_URL'] ?? '';
    const secret = token ?? process.env['ACTIONS_RUNTIME_TOKEN'] ?? '';
    if (given === '' || secret === '' || !URL.canParse(given)) {
      const what = 'a cache of GitHub Actions needs ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN';
      throw failed(what, 'steps that run commands are not given them: pass them on in the workflow'); // prettier-ignore
    }
    this.#service = new URL(given.endsWith('/') ? given : `${given}/`);
    this.#token = secret;
    this.#signal = signal;
  }

  /** The entry of that key; else the newest whose key begins with one of the prefixes. Throws CACHE_UNREACHABLE, RegistryError. */
  async find(
    key: string,
    prefixes: readonly string[] = [],
  ): Promise<ActionsCacheEntry | undefined> {
    const asked = { key, restore_keys: prefixes, version: VERSION };
    const { ok, signed_download_url: url, matched_key: matched } = await this.#call('GetCacheEntryDownloadURL', asked); // prettier-ignore
    if (ok !== true) return undefined;
    return { key: typeof matched === 'string' && matched !== '' ? matched : key, url: this.#signed(url) }; // prettier-ignore
  }

  /** The bytes of an entry, of which nothing says that they are right. Throws RegistryError. */
  async *read({ url }: ActionsCacheEntry): AsyncGenerator<Buffer> {
    yield* (await fetchUrl(url, { signal: this.#signal })).body;
  }

  /** Adds an entry; false where there is one by that key, or somebody began to add it, which may have been ourselves, whose answer was lost. Throws CACHE_UNREACHABLE, RegistryError, what the bytes throw. */
  async add({ key, size, bytes }: NewEntry): Promise<boolean> {
    if (size > LARGEST_UPLOAD) throw failed(`${key}: is larger than one upload may be`);
    const made = await this.#call('CreateCacheEntry', { key, version: VERSION });
    if (made['ok'] !== true) return false;
    const url = this.#signed(made['signed_upload_url']);
    const { status } = await sendToUrl(url, {
      method: 'PUT',
      headers: { 'content-length': String(size), 'content-type': 'application/octet-stream', 'x-ms-blob-type': 'BlockBlob' }, // prettier-ignore
      body: bytes,
      signal: this.#signal,
    });
    if (status !== 201 && status !== 200) throw failed(`${url.host}: an upload was answered with status ${status}`); // prettier-ignore
    const ended = { key, version: VERSION, size_bytes: String(size) };
    const { ok } = await this.#call('FinalizeCacheEntryUpload', ended);
    // Where an answer was lost and the call made again, it may be there all the same.
    if (ok === true || (await this.find(key))?.key === key) return true;
    throw failed(`${this.#service.host}: did not keep ${key}`);
  }

  // Twirp: a call is a POST of JSON (https://twitchtv.github.io/twirp/docs/spec_v7.html).
  async #call(method: string, asked: object): Promise<Record<string, unknown>> {
    const text = JSON.stringify(asked);
    const { status, body } = await sendToUrl(new URL(`${SERVICE}/${method}`, this.#service), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      },
      body: () => text,
      signal: this.#signal,
    });
    const answer = objectOf(body);
    if (status === 200 && answer !== undefined) return answer;
    if (answer?.['code'] === 'already_exists' || answer?.['code'] === 'not_found') return {};
    const said = typeof answer?.['msg'] === 'string' ? `: ${plain(answer['msg'])}` : '';
    throw failed(`${this.#service.host}: ${method} was answered with status ${status}${said}`);
  }

  #signed(url: unknown): URL {
    const isUrl = typeof url === 'string' && URL.canParse(url);
    const parsed = isUrl ? new URL(url) : undefined;
    const isSafe = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && this.#service.protocol === 'http:'); // prettier-ignore
    if (parsed !== undefined && isSafe) return parsed;
    throw failed(`${this.#service.host}: answered with no address that is safe to use`);
  }
}

function objectOf(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value = parseJson(bytes);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined; // prettier-ignore
  } catch {
    return undefined;
  }
}

// Somebody else's text on somebody's terminal.
const plain = (text: string): string => text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').slice(0, 200); // prettier-ignore
