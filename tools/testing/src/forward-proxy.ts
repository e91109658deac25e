import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A request that a proxy got: `CONNECT host:port`, or `GET http://…`. */
export interface ProxiedRequest {
  readonly line: string;
  readonly authorization: string | undefined;
}

/** What a proxy does. */
export interface ProxyBehaviour {
  /** Where the connections for `host:port` go: a port on loopback; undefined refuses them with status 502. */
  readonly route: (target: string) => number | undefined;
  /** `user:password` that it wants. @default nothing */
  readonly login?: string;
  /** Answers no CONNECT at all. */
  readonly stalls?: boolean;
}

/** A forward proxy on loopback. */
export interface ForwardProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a login. */
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
}

const isOne = (login: string | undefined, given: string | undefined): boolean =>
  login === undefined || given === `Basic ${Buffer.from(login).toString('base64')}`;

function tunnel(client: Socket, port: number, head: Buffer, open: Set<Socket>): void {
  const upstream = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    client.pipe(upstream).pipe(client);
  });
  open.add(upstream);
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

function forward(request: IncomingMessage, response: ServerResponse, port: number): void {
  const { pathname, search } = new URL(request.url ?? '');
  const { 'proxy-authorization': _, ...headers } = request.headers;
  const path = `${pathname}${search}`;
  const sent = httpRequest({ port, host: '127.0.0.1', path, method: request.method, headers });
  sent.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.on('error', () => response.destroy());
  request.pipe(sent);
}

/**
 * A proxy that leads every host where the test says, so that a test can speak to `registry-1.docker.io` and mean a
 * server of its own. Disposing cuts all connections.
 */
export async function forwardProxy(behaviour: ProxyBehaviour): Promise<ForwardProxy> {
  const { route, login, stalls = false } = behaviour;
  const requests: ProxiedRequest[] = [];
  const open = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage): boolean => {
    const authorization = headers['proxy-authorization'];
    requests.push({ line: `${method} ${url}`, authorization });
    return isOne(login, authorization);
  };
  const server = createServer((request, response) => {
    const isAllowed = note(request);
    const port = route(new URL(request.url ?? '').host);
    if (!isAllowed) return void response.writeHead(407).end();
    if (port === undefined) return void response.writeHead(502).end();
    forward(request, response, port);
  });
  server.on('connection', (socket: Socket) => open.add(socket));
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const isAllowed = note(request);
    const port = route(request.url ?? '');
    socket.on('error', () => socket.destroy());
    if (stalls) return;
    if (!isAllowed) return void socket.end('HTTP/1.1 407 Login\r\ncontent-length: 0\r\n\r\n');
    if (port === undefined) return void socket.end('HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n');
    tunnel(socket, port, head, open);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
