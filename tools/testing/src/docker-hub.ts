import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { makeAuthority } from './authority.ts';
import { forwardProxy } from './forward-proxy.ts';
import type { SeenRequest } from './scripted-registry.ts';
import { tlsServer } from './tls-server.ts';

/** Docker Hub as its clients see it, behind a proxy that leads its names to it. */
export interface DockerHub extends AsyncDisposable {
  /** An environment in which docker.io is this one. */
  readonly env: NodeJS.ProcessEnv;
  /** The proxy and the certificate, for those who take them otherwise. */
  readonly proxy: string;
  readonly certFile: string;
  /** All requests, with the host that each was for. */
  readonly requests: readonly (SeenRequest & { readonly host: string })[];
  /** Tokens that were given out so far are no good any more. */
  expireTokens(): void;
}

/** What it has and whom it knows. */
export interface DockerHubOptions {
  /** @default `{ me: 'secret' }` */
  readonly users?: Readonly<Record<string, string>>;
  /** Pulls that it allows, of a hundred. @default 100 */
  readonly pulls?: number;
  /** Answers a login with a refresh token, as others do than Docker Hub. @default false */
  readonly refreshTokens?: boolean;
  /** What a search finds. @default nothing */
  readonly search?: readonly object[];
}

const registry = 'registry-1.docker.io';
const tokens = 'auth.docker.io';
const storage = 'production.cloudflare.docker.com';
const index = 'index.docker.io';
const oci = 'application/vnd.oci.image';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Content {
  readonly type: string;
  readonly bytes: Buffer;
}

const sha256 = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An image for linux on two architectures, each with its attestation, as `docker buildx` pushes them. */
function makeImage(contents: Map<string, Content>): string {
  const put = (type: string, value: object | Buffer): Descriptor => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
    const digest = sha256(bytes);
    contents.set(digest, { type, bytes });
    return { mediaType: type, digest, size: bytes.length };
  };
  const manifests = ['amd64', 'arm64'].flatMap((architecture) => {
    const layer = randomBytes(100_000);
    const config = put(`${oci}.config.v1+json`, {
      architecture,
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    });
    const mediaType = `${oci}.manifest.v1+json`;
    const layers = [put(`${oci}.layer.v1.tar`, layer)];
    const manifest = put(mediaType, { schemaVersion: 2, mediaType, config, layers });
    const statement = put('application/vnd.in-toto+json', { architecture });
    const attestation = put(mediaType, {
      schemaVersion: 2,
      mediaType,
      config: put(`${oci}.config.v1+json`, { architecture: 'unknown', os: 'unknown' }),
      layers: [statement],
    });
    return [
      { ...manifest, platform: { architecture, os: 'linux' } },
      {
        ...attestation,
        annotations: {
          'vnd.docker.reference.digest': manifest.digest,
          'vnd.docker.reference.type': 'attestation-manifest',
        },
        platform: { architecture: 'unknown', os: 'unknown' },
      },
    ];
  });
  const mediaType = `${oci}.index.v1+json`;
  return put(mediaType, { schemaVersion: 2, mediaType, manifests }).digest;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const errors = (code: string, message: string): object => ({ errors: [{ code, message }] });

/** The state of one Docker Hub. */
class Hub {
  readonly contents = new Map<string, Content>();
  readonly tags = new Map<string, string>();
  readonly granted = new Map<string, readonly string[]>();
  readonly refresh = new Set<string>();
  readonly users: Readonly<Record<string, string>>;
  readonly options: DockerHubOptions;
  pulls: number;

  constructor(options: DockerHubOptions) {
    this.options = options;
    this.users = options.users ?? { me: 'secret' };
    this.pulls = options.pulls ?? 100;
    for (const repository of ['library/busybox', 'me/private']) {
      this.tags.set(`${repository}:latest`, makeImage(this.contents));
    }
  }

  /** The user of a Basic header; undefined for nobody, false for one who is not known. */
  userOf(header: string | undefined): string | undefined | false {
    if (header === undefined) return undefined;
    const [user = '', password] = Buffer.from(header.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    return this.users[user] === password ? user : false;
  }

  grant(user: string | undefined, scopes: readonly string[]): object {
    const allowed = scopes.filter((scope) => {
      const [, repository = '', actions] = scope.split(':');
      return repository.startsWith('library/') ? actions === 'pull' : user !== undefined;
    });
    const token = randomBytes(12).toString('base64url');
    this.granted.set(token, allowed);
    return { token, access_token: token, expires_in: 300 };
  }

  async answerToken(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (request.method === 'POST') {
      const form = new URLSearchParams(await bodyOf(request));
      const isKnown = this.refresh.has(form.get('refresh_token') ?? '');
      if (!isKnown) return json(response, 401, { details: 'invalid refresh token' });
      return json(response, 200, this.grant('me', (form.get('scope') ?? '').split(' ')));
    }
    const user = this.userOf(request.headers.authorization);
    if (user === false) return json(response, 401, { details: 'incorrect username or password' });
    const given = this.grant(user, url.searchParams.getAll('scope'));
    const wantsRefresh = url.searchParams.get('offline_token') === 'true';
    if (this.options.refreshTokens !== true || !wantsRefresh) return json(response, 200, given);
    const refresh_token = randomBytes(12).toString('base64url');
    this.refresh.add(refresh_token);
    json(response, 200, { ...given, refresh_token });
  }

  answerRegistry(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    const scopes = this.granted.get(token ?? '');
    const [, repository = '', kind, name = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
    const needed = repository === '' ? undefined : `repository:${repository}:pull`;
    const isAllowed = scopes !== undefined && (needed === undefined || scopes.includes(needed));
    if (!isAllowed) {
      const scope = needed === undefined ? '' : `,scope="${needed}"`;
      const challenge = `Bearer realm="https://${tokens}/token",service="registry.docker.io"${scope}`;
      response.setHeader('www-authenticate', challenge);
      return json(response, 401, errors('UNAUTHORIZED', 'authentication required'));
    }
    if (kind === undefined) return json(response, 200, {});
    if (kind === 'manifests') return this.answerManifest(response, `${repository}:${name}`, name);
    if (!this.contents.has(name))
      return json(response, 404, errors('BLOB_UNKNOWN', 'blob unknown'));
    const to = `https://${storage}/registry-v2/${name}/data?X-Amz-Signature=${sign(name)}`;
    response.writeHead(307, { location: to }).end();
  }

  answerManifest(response: ServerResponse, tag: string, name: string): void {
    const content = this.contents.get(this.tags.get(tag) ?? name);
    if (content === undefined) {
      return json(response, 404, errors('MANIFEST_UNKNOWN', 'manifest unknown'));
    }
    if (this.pulls <= 0) {
      const message = 'You have reached your unauthenticated pull rate limit.';
      return json(response, 429, errors('TOOMANYREQUESTS', message));
    }
    this.pulls -= 1;
    response.setHeader('ratelimit-limit', '100;w=21600');
    response.setHeader('ratelimit-remaining', `${this.pulls};w=21600`);
    response.setHeader('docker-ratelimit-source', '192.0.2.1');
    response.setHeader('docker-content-digest', sha256(content.bytes));
    response.writeHead(200, { 'content-type': content.type }).end(content.bytes);
  }

  answerStorage(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const name = url.pathname.split('/')[2] ?? '';
    // As such stores do: one way of being known is enough, two are an error.
    if (request.headers.authorization !== undefined) return void response.writeHead(400).end();
    if (url.searchParams.get('X-Amz-Signature') !== sign(name)) {
      return void response.writeHead(403).end();
    }
    response.end(this.contents.get(name)?.bytes);
  }

  answerSearch(response: ServerResponse, url: URL): void {
    const query = url.searchParams.get('q') ?? '';
    const limit = Number(url.searchParams.get('n') ?? 25);
    const results = (this.options.search ?? []).slice(0, limit);
    json(response, 200, { num_results: results.length, query, page_size: limit, results });
  }
}

const sign = (name: string): string => createHash('sha256').update(`key ${name}`).digest('hex');

/**
 * Plays Docker Hub: its registry, its token service and its store at three hosts, `library/busybox` for everybody and
 * `me/private` for who is logged in, attestations, pulls that are counted, and the search. Needs `command:openssl`.
 */
export async function playDockerHub(options: DockerHubOptions = {}): Promise<DockerHub> {
  const hub = new Hub(options);
  const authority = await makeAuthority();
  const issued = await authority.issue(registry, tokens, storage, index);
  const requests: (SeenRequest & { host: string })[] = [];
  const server = await tlsServer(issued, async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const host = headers.host ?? '';
    requests.push({ method, url: path, headers, host });
    const url = new URL(path, `https://${host}`);
    if (host === registry) return hub.answerRegistry(request, response, url);
    if (host === tokens) return await hub.answerToken(request, response, url);
    if (host === storage) return hub.answerStorage(request, response, url);
    return hub.answerSearch(response, url);
  });
  const hosts = new Set([registry, tokens, storage, index].map((host) => `${host}:443`));
  const proxy = await forwardProxy({
    route: (target) => (hosts.has(target) ? server.port : undefined),
  });
  return {
    env: { ...process.env, HTTPS_PROXY: proxy.url, SSL_CERT_FILE: authority.certFile },
    proxy: proxy.url,
    certFile: authority.certFile,
    requests,
    expireTokens: () => hub.granted.clear(),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await authority[Symbol.asyncDispose]();
    },
  };
}
