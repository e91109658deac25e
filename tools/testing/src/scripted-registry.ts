import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers one request; what it throws is kept in `failures` and closes the connection. */
export type ScriptedHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  number: number,
) => void | Promise<void>;

export interface ScriptedRegistry {
  readonly port: number;
  /** `127.0.0.1:PORT`, as it stands in an image reference. */
  readonly host: string;
  readonly origin: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** What the handler threw. */
  readonly failures: readonly unknown[];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A server on loopback whose every answer the test writes: for registries that lie, stall or break
 * off. The handler gets the number of the request, from 0. Disposing cuts all connections.
 */
export async function scriptedRegistry(handler: ScriptedHandler): Promise<ScriptedRegistry> {
  const requests: SeenRequest[] = [];
  const failures: unknown[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const number = requests.push({ method, url, headers }) - 1;
    Promise.resolve()
      .then(() => handler(request, response, number))
      .catch((error: unknown) => {
        failures.push(error);
        response.destroy();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const host = `127.0.0.1:${address.port}`;
  return {
    port: address.port,
    host,
    origin: `http://${host}`,
    requests,
    failures,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
