import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Layout } from '@ctrkit/layout';
import { isLoopbackRegistry } from '@ctrkit/oci';
import { ImageStoreError } from '../image-store-error.ts';
import { handleRequest } from './handle-request.ts';
import { createPushLease } from './push-lease.ts';
import type { Registry } from './registry.ts';
import { createUploads } from './uploads.ts';

/** What happens in a running registry. */
export type ServeEvent =
  | {
      readonly type: 'request';
      readonly method: string;
      /** Path and query, as sent. */
      readonly url: string;
      readonly status: number;
    }
  | { readonly type: 'fault'; readonly error: unknown };

export interface ServeOptions {
  /** An address of loopback. @default '127.0.0.1' */
  host?: string;
  /** 0 takes a free one. @default 0 */
  port?: number;
  /** Refuse pushes. @default false */
  readOnly?: boolean;
  /** Take tags and manifests away when asked to. @default false */
  allowDelete?: boolean;
  /** Each answer, and each fault that is not the client's. */
  onEvent?: (event: ServeEvent) => void;
}

/** A registry that is running. */
export interface RunningRegistry extends AsyncDisposable {
  /** Such as http://127.0.0.1:5000 */
  readonly origin: string;
  /** Such as 127.0.0.1:5000, as it stands in an image reference. */
  readonly host: string;
  readonly port: number;
  /** Cuts all connections, forgets unfinished uploads; a second call does nothing. */
  close(): Promise<void>;
}

// Of a silent connection. Whole requests have no limit: a blob takes as long as it takes.
const IDLE_MS = 120_000;
// Between two requests: pushes hash a layer meanwhile.
const KEEP_ALIVE_MS = 60_000;

/**
 * Serves a layout, such as that of an image store, as a registry over plain http: all of the pull
 * side of the distribution spec, unless `readOnly` the push side, and with `allowDelete` the deletion of manifests. It has
 * no login: any user of this machine can pull from it and, as far as these let them, push to it and delete; requests
 * from web pages are refused. Images are found by the names in index.json (see `repositoryOf`). Throws
 * ADDRESS_NOT_LOOPBACK, ADDRESS_UNAVAILABLE.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export async function serveRegistry(
  images: Layout | { readonly layout: Layout },
  options: ServeOptions = {},
): Promise<RunningRegistry> {
  const { host = '127.0.0.1', port = 0, readOnly = false, allowDelete = false, onEvent } = options;
  if (!isLoopbackRegistry(host)) throw notLoopback(host);
  const layout = 'layout' in images ? images.layout : images;
  const registry: Registry = {
    layout,
    readOnly,
    allowDelete,
    deleted: new Set(),
    uploads: createUploads(layout),
    pushLease: createPushLease(layout),
  };
  const server = createRegistryServer(registry, onEvent ?? (() => undefined));
  const address = await listen(server, host, port);
  return running(registry, server, address);
}

function createRegistryServer(registry: Registry, onEvent: (event: ServeEvent) => void): Server {
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    response.once('close', () => {
      const { method = '', url = '' } = request;
      onEvent({ type: 'request', method, url, status: response.statusCode });
    });
    void handleRequest(registry, request, response, (error) => onEvent({ type: 'fault', error }));
  });
  server.timeout = IDLE_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new ImageStoreError('ADDRESS_UNAVAILABLE', `${host}:${port}: cannot be served on`, {
      hint: 'choose another port, or 0 for a free one',
      cause,
    });
  }
  return server.address() as AddressInfo;
}

function running(registry: Registry, server: Server, address: AddressInfo): RunningRegistry {
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const host = `${name}:${address.port}`;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= shutDown(registry, server));
  return {
    origin: `http://${host}`,
    host,
    port: address.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function shutDown(registry: Registry, server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  await registry.uploads.cancelAll();
  await registry.pushLease.release();
}

function notLoopback(host: string): ImageStoreError {
  return new ImageStoreError('ADDRESS_NOT_LOOPBACK', `${host}: is not an address of loopback`, {
    hint: 'this registry has no login; serve on 127.0.0.1 and forward that where it is needed',
  });
}
