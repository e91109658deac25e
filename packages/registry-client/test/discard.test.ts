import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createConnections } from '../src/http/connect.ts';
import { discard, exchange } from '../src/http/exchange.ts';
import type { HttpAnswer, HttpMethod } from '../src/http/exchange.ts';
import { defaultTimeouts } from '../src/http/timeouts.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that remembers its connections, and a client that asks it. */
async function place(handler: Handler) {
  const sockets: Socket[] = [];
  const server = createServer(handler).on('connection', (socket) => sockets.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const connections = createConnections({
    certificates: [],
    insecure: () => false,
    proxy: () => undefined,
    connectMs: 1000,
  });
  const context = { connections, timeouts: defaultTimeouts, userAgent: 'test', registry: '' };
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    sockets,
    ask: async (method: HttpMethod): Promise<HttpAnswer> =>
      await exchange(context, { method, url, headers: {} }, { allowLocal: true }),
    async [Symbol.asyncDispose]() {
      connections.close();
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

for (const [what, method, status, length, connections] of [
  ['HEAD of something large', 'HEAD', 200, 3_000_000, 1],
  ['204', 'DELETE', 204, undefined, 1],
  ['304', 'GET', 304, 3_000_000, 1],
  ['a large body', 'GET', 200, 3_000_000, 3],
] as const) {
  test(`${what}: three exchanges over connections: ${connections}`, async () => {
    await using server = await place((_request, response) => {
      response.writeHead(status, length === undefined ? {} : { 'content-length': length });
      if (connections === 1) response.end();
      else response.write('x');
    });
    for (let n = 0; n < 3; n += 1) {
      const answer = await server.ask(method);
      const closed = once(answer.message, 'close');
      discard(answer);
      await closed;
    }
    assert.is(server.sockets.length, connections);
  });
}

test('the rest of a small body that never comes keeps no connection open', async () => {
  await using server = await place((_request, response) => {
    response.writeHead(202, { 'content-length': 10 }).flushHeaders();
  });
  const answer = await server.ask('GET');
  const [socket] = server.sockets;
  if (socket === undefined) throw new Error('no connection');
  const closed = once(socket, 'close');
  discard(answer);
  await closed;
});

test.run();
