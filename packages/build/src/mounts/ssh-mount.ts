import { once } from 'node:events';
import { chmodSync, chownSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { BuildError } from '../build-error.ts';
import { setting } from '../cache/inputs.ts';
import type { RunMount } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import { memoryDirectory } from './memory-directory.ts';
import { mountTarget } from './mount-target.ts';
import { acquired } from './run-mount.ts';
import type { AcquiredMount, PlannedMount } from './run-mount.ts';

const MODE = 0o600;

function forward(client: Socket, agent: string): Socket {
  const connection = connect(agent);
  const end = (): void => {
    client.destroy();
    connection.destroy();
  };
  for (const socket of [client, connection]) socket.on('error', end).on('close', end);
  client.pipe(connection).pipe(client);
  return connection;
}

/** A socket of the build's own, owned as the container needs it, that leads to the agent. */
async function acquire(
  { world }: Place,
  agent: string,
  target: string,
  options: RunMount['options'],
): Promise<AcquiredMount> {
  // prettier-ignore
  const { path, remove } = memoryDirectory(world);
  const source = join(path, 'agent');
  const open = new Set<Socket>();
  const server = createServer((client) => open.add(client).add(forward(client, agent)));
  server.listen(source);
  await once(server, 'listening');
  chownSync(source, Number(options['uid'] ?? 0), Number(options['gid'] ?? 0));
  chmodSync(source, Number.parseInt(options['mode'] ?? MODE.toString(8), 8) & 0o7777);
  return acquired(
    [{ type: 'bind', source, target }],
    async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      remove();
    },
    [`SSH_AUTH_SOCK=${target}`],
  );
}

/** `--mount=type=ssh`: the agent of whoever builds. Throws SECRET_NOT_FOUND. */
export function planSsh(place: Place, options: RunMount['options']): Promise<PlannedMount> {
  const id = options['id'] ?? 'default';
  const target = mountTarget(place, options['target'] ?? '/run/buildkit/ssh_agent.0');
  const agent = place.world.options.ssh?.get(id);
  if (agent === undefined && options['required'] === 'true') {
    throw new BuildError('SECRET_NOT_FOUND', `ssh agent ${id}: not given`, {
      hint: 'give it with --ssh default',
    });
  }
  return Promise.resolve({
    inputs: setting(`ssh ${id}`, target),
    acquire: async () => agent === undefined ? acquired([]) : await acquire(place, agent, target, options), // prettier-ignore
  });
}
