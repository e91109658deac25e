import { statSync } from 'node:fs';

/** `--ssh default`, `--ssh ID=SOCKET`. Throws an Error, also where there is no socket of an agent. */
export function parseAgent(
  text: string,
  env: NodeJS.ProcessEnv,
): { readonly id: string; readonly socket: string } {
  const [id = '', ...rest] = text.split('=');
  const given = rest.join('=');
  const socket = given === '' ? env['SSH_AUTH_SOCK'] : given;
  if (id === '') throw new Error(`${JSON.stringify(text)} has no id`);
  if (socket === undefined || socket === '') {
    throw new Error(
      'SSH_AUTH_SOCK is not set: start an agent with "eval $(ssh-agent)" and ssh-add',
    );
  }
  if (statSync(socket, { throwIfNoEntry: false })?.isSocket() === true) return { id, socket };
  throw new Error(`${socket} is no socket of an agent; ssh-add gives an agent a key`);
}
