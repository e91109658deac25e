import { join } from 'node:path';
import { BuildError } from '../build-error.ts';
import { setting } from '../cache/inputs.ts';
import type { RunMount } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import { forwardSocket } from './forward-socket.ts';
import { memoryDirectory } from './memory-directory.ts';
import { setOwner } from './file-options.ts';
import { mountTarget } from './mount-target.ts';
import { acquired } from './run-mount.ts';
import type { AcquiredMount, PlannedMount } from './run-mount.ts';

/** A socket of the build's own, owned as the container needs it, that leads to the agent. */
async function acquire(
  { world }: Place,
  agent: string,
  target: string,
  options: RunMount['options'],
): Promise<AcquiredMount> {
  const { path, remove } = await memoryDirectory(world);
  const source = join(path, 'agent');
  try {
    const forwarding = await forwardSocket(source, agent);
    await setOwner(source, options, 0o600);
    const dispose = async (): Promise<void> => {
      await forwarding[Symbol.asyncDispose]();
      remove();
    };
    return acquired([{ type: 'bind', source, target }], dispose, [`SSH_AUTH_SOCK=${target}`]);
  } catch (error) {
    remove();
    throw error;
  }
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
    acquire: async () =>
      agent === undefined ? acquired([]) : await acquire(place, agent, target, options),
  });
}
