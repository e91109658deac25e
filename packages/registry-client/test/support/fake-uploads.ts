import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

interface Kept {
  type: string;
  bytes: Buffer;
}

/** The push side of a registry in memory, by the letter of the specification. */
export class FakeUploads {
  /** What has arrived of each upload, by its number. */
  readonly parts = new Map<string, Buffer>();
  /** Whether it lists referrers by itself. */
  listsReferrers = false;
  readonly #blobs: Map<string, Buffer>;
  readonly #manifests: Map<string, Kept>;
  readonly #busy = new Set<string>();
  #count = 0;

  constructor(blobs: Map<string, Buffer>, manifests: Map<string, Kept>) {
    this.#blobs = blobs;
    this.#manifests = manifests;
  }

  /** Answers what writes, and says whether it did. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { method = '' } = request;
    const url = new URL(request.url ?? '', 'http://fake');
    const upload = /^\/v2\/(.+)\/blobs\/uploads\/(.*)$/.exec(url.pathname);
    if (upload !== null) {
      const [, repository = '', id = ''] = upload;
      await this.#answerUpload(request, response, { repository, id, query: url.searchParams });
      return true;
    }
    const manifest = /^\/v2\/.+\/manifests\/(.*)$/.exec(url.pathname)?.[1];
    if (manifest === undefined || (method !== 'PUT' && method !== 'DELETE')) return false;
    if (method === 'PUT') await this.#putManifest(manifest, request, response);
    else response.writeHead(this.#manifests.delete(manifest) ? 202 : 404).end();
    return true;
  }

  async #answerUpload(
    request: IncomingMessage,
    response: ServerResponse,
    { repository, id, query }: { repository: string; id: string; query: URLSearchParams },
  ): Promise<void> {
    const { method } = request;
    if (method === 'POST') return this.#begin(repository, query, response);
    const before = this.parts.get(id);
    if (before === undefined) return void response.writeHead(404).end();
    if (method === 'DELETE') {
      this.parts.delete(id);
      return void response.writeHead(204).end();
    }
    if (method === 'GET') return tell(response, 204, repository, id, before.length);
    const range = /^(\d+)-(\d+)$/.exec(request.headers['content-range'] ?? '');
    if (method === 'PATCH' && Number(range?.[1]) !== before.length) {
      return tell(response, 416, repository, id, before.length);
    }
    if (this.#busy.has(id)) return void response.writeHead(409, { connection: 'close' }).end();
    this.#busy.add(id);
    try {
      await this.#receive(id, request);
    } finally {
      this.#busy.delete(id);
    }
    const after = this.parts.get(id) ?? before;
    if (method === 'PATCH') return tell(response, 202, repository, id, after.length);
    this.#commit(id, query.get('digest') ?? '', after, response);
  }

  #begin(repository: string, query: URLSearchParams, response: ServerResponse): void {
    if (this.#blobs.has(query.get('mount') ?? '')) return void response.writeHead(201).end();
    const id = String((this.#count += 1));
    this.parts.set(id, Buffer.alloc(0));
    tell(response, 202, repository, id, 0);
  }

  // What came before a connection broke counts.
  async #receive(id: string, request: IncomingMessage): Promise<void> {
    for await (const chunk of request) {
      this.parts.set(id, Buffer.concat([this.parts.get(id) ?? Buffer.alloc(0), chunk as Buffer]));
    }
  }

  #commit(id: string, digest: string, bytes: Buffer, response: ServerResponse): void {
    this.parts.delete(id);
    const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (actual !== digest) return void response.writeHead(400).end();
    this.#blobs.set(digest, bytes);
    response.writeHead(201, { 'docker-content-digest': digest }).end();
  }

  async #putManifest(
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const kept = { type: request.headers['content-type'] ?? '', bytes };
    for (const key of [name, digest]) this.#manifests.set(key, kept);
    const { subject } = JSON.parse(bytes.toString()) as { subject?: { digest: string } };
    const listed = this.listsReferrers && subject !== undefined;
    response.writeHead(201, {
      'docker-content-digest': digest,
      ...(listed && { 'oci-subject': subject.digest }),
    });
    response.end();
  }
}

function tell(
  response: ServerResponse,
  status: number,
  repository: string,
  id: string,
  size: number,
): void {
  response.writeHead(status, {
    location: `/v2/${repository}/blobs/uploads/${id}?state=a%2Fb`,
    range: `0-${Math.max(0, size - 1)}`,
  });
  response.end();
}
