import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

function forward(client: Socket, target: string): Socket {
  const connection = connect(target);
  const end = (): void => {
    client.destroy();
    connection.destroy();
  };
  for (const socket of [client, connection]) socket.on('error', end).on('close', end);
  client.pipe(connection).pipe(client);
  return connection;
}

/** Makes a socket at a path that leads to another, until it is disposed of. */
export async function forwardSocket(path: string, target: string): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((client) => open.add(client).add(forward(client, target)));
  server.listen(path);
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
