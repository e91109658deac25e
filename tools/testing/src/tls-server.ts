import { once } from 'node:events';
import { createServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ScriptedHandler, SeenRequest } from './scripted-registry.ts';

/** A server that speaks TLS. */
export interface TlsServer extends AsyncDisposable {
  readonly port: number;
  /** `localhost:PORT`. */
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  /** What the handler threw. */
  readonly failures: readonly unknown[];
}

/** The same as `scriptedRegistry` over TLS, at `localhost`. Disposing cuts all connections. */
export async function tlsServer(
  options: Pick<ServerOptions, 'cert' | 'key' | 'ca' | 'requestCert' | 'rejectUnauthorized'>,
  handler: ScriptedHandler,
): Promise<TlsServer> {
  const requests: SeenRequest[] = [];
  const failures: unknown[] = [];
  const server = createServer(options, (request, response) => {
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
  const { port } = server.address() as AddressInfo;
  return {
    port,
    host: `localhost:${port}`,
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
