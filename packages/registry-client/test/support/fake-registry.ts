import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { scriptedRegistry } from '@ctrkit/testing';
import type { ScriptedRegistry } from '@ctrkit/testing';
import { FakeUploads } from './fake-uploads.ts';

const OCI = 'application/vnd.oci.image';
export const types = {
  index: `${OCI}.index.v1+json`,
  manifest: `${OCI}.manifest.v1+json`,
  config: `${OCI}.config.v1+json`,
  layer: `${OCI}.layer.v1.tar+gzip`,
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

export interface Blob {
  mediaType: string;
  digest: `sha256:${string}`;
  size: number;
}

/** Answers a request itself and returns true, or leaves it to the registry. */
export type Override = (
  request: IncomingMessage,
  response: ServerResponse,
  number: number,
) => boolean | Promise<boolean>;

/** A registry in memory that speaks properly, save for what an override does to it. */
export class FakeRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { type: string; bytes: Buffer }>();
  override: Override = () => false;
  readonly uploads = new FakeUploads(this.blobs, this.manifests);
  server!: ScriptedRegistry;

  static async start(): Promise<FakeRegistry> {
    const registry = new FakeRegistry();
    registry.server = await scriptedRegistry(async (request, response, number) => {
      if (!(await registry.override(request, response, number))) {
        await registry.answer(request, response);
      }
    });
    return registry;
  }

  get host(): string {
    return this.server.host;
  }

  /** How often something was asked for. */
  count(path: string, methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']): number {
    return this.server.requests.filter(
      ({ url, method }) => url.includes(path) && methods.includes(method),
    ).length;
  }

  addBlob(bytes: Buffer, mediaType: string): Blob {
    const digest = sha256(bytes);
    this.blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** Under its digest, and under `tag` if one is given. */
  addManifest(document: object, type: string, tag?: string): Blob {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = sha256(bytes);
    for (const name of [digest, ...(tag === undefined ? [] : [tag])]) {
      this.manifests.set(name, { type, bytes });
    }
    return { mediaType: type, digest, size: bytes.length };
  }

  addImage(
    layers: Buffer[],
    options: { tag?: string; docker?: boolean; architecture?: string } = {},
  ): Image {
    const { docker = false, architecture = 'amd64' } = options;
    const config = this.addBlob(
      Buffer.from(
        JSON.stringify({
          architecture,
          os: 'linux',
          config: {},
          rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
        }),
      ),
      docker ? types.dockerConfig : types.config,
    );
    const descriptors = layers.map((layer) =>
      this.addBlob(layer, docker ? types.dockerLayer : types.layer),
    );
    const mediaType = docker ? types.dockerManifest : types.manifest;
    const document = { schemaVersion: 2, mediaType, config, layers: descriptors };
    const manifest = this.addManifest(document, mediaType, options.tag);
    return { manifest, config, layers: descriptors, document };
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await this.uploads.answer(request, response)) return;
    const path = (request.url ?? '').split('?')[0] ?? '';
    const [, kind, name = ''] = /\/(manifests|blobs)\/(.*)$/.exec(path) ?? [];
    if (kind === 'manifests') return this.answerManifest(name, response);
    if (kind === 'blobs') return this.answerBlob(name, request, response);
    if (path === '/v2/') return void response.end('{}');
    notFound(response, 'NAME_UNKNOWN');
  }

  private answerManifest(name: string, response: ServerResponse): void {
    const manifest = this.manifests.get(name);
    if (manifest === undefined) return notFound(response, 'MANIFEST_UNKNOWN');
    response.setHeader('content-type', manifest.type);
    response.setHeader('docker-content-digest', sha256(manifest.bytes));
    response.end(manifest.bytes);
  }

  private answerBlob(digest: string, request: IncomingMessage, response: ServerResponse): void {
    const blob = this.blobs.get(digest);
    if (blob === undefined) return notFound(response, 'BLOB_UNKNOWN');
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (range === null) return void response.setHeader('content-length', blob.length).end(blob);
    const [first, last] = [Number(range[1]), Math.min(Number(range[2]), blob.length - 1)];
    if (first >= blob.length) return void response.writeHead(416).end();
    response.writeHead(206, {
      'content-range': `bytes ${first}-${last}/${blob.length}`,
      'content-length': last - first + 1,
    });
    response.end(blob.subarray(first, last + 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

export interface Image {
  manifest: Blob;
  config: Blob;
  layers: Blob[];
  document: { schemaVersion: number; mediaType: string; config: Blob; layers: Blob[] };
}

export function sha256(bytes: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function notFound(response: ServerResponse, code: string): void {
  const message = code.toLowerCase().replace('_', ' ');
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
