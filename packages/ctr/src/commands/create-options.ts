import { parseBytes } from '@ctrkit/cli-kit';
import type { Values } from '@ctrkit/cli-kit';
import type { CreateOptions } from '@ctrkit/engine';
import { environmentOf } from '../environment.ts';
import { parseUserns } from './parse-userns.ts';
import { mountChoices } from './mount-options.ts';
import type { mountOptions } from './mount-options.ts';
import type { processOptions } from './process-options.ts';
import { labelsOf } from '../labels.ts';

function parseCpus(text: string): number {
  if (/^\d*\.?\d+$/.test(text)) return Number(text);
  throw new Error(`${JSON.stringify(text)} is not a number of CPUs`);
}

/** The flags by which a container is made. */
export const createOptions = {
  cpus: {
    type: 'string',
    valueName: 'decimal',
    coerce: (text: string): number => parseCpus(text),
    describe: 'Number of CPUs',
  },
  entrypoint: { type: 'string', describe: 'Overwrite the default ENTRYPOINT of the image' },
  hostname: { type: 'string', alias: 'h', describe: 'Container host name' },
  label: { type: 'array', alias: 'l', describe: 'Set meta data on a container' },
  memory: {
    type: 'string',
    alias: 'm',
    valueName: 'bytes',
    coerce: (text: string): number => parseBytes(text),
    describe: 'Memory limit',
  },
  name: { type: 'string', describe: 'Assign a name to the container' },
  network: {
    type: 'string',
    choices: ['none', 'host'],
    default: 'none',
    describe: 'Connect a container to a network: none, host',
  },
  'pids-limit': {
    type: 'number',
    describe: 'Tune container pids limit (0 or -1 for unlimited)',
  },
  platform: {
    type: 'string',
    describe: 'Use an image of this platform if the registry has several',
  },
  pull: {
    type: 'string',
    choices: ['missing', 'always', 'never'],
    default: 'missing',
    describe: 'Pull image before running: always, missing, never',
  },
  quiet: { type: 'boolean', alias: 'q', describe: 'Suppress the pull output' },
  rm: { type: 'boolean', describe: 'Automatically remove the container when it exits' },
  'stop-signal': { type: 'string', describe: 'Signal to stop the container' },
  userns: {
    type: 'string',
    valueName: 'mode',
    coerce: (text: string): UserNamespace => ({ idCount: parseUserns(text) }),
    describe: 'User namespace to use: host, or auto[:size=N] for ids of its own',
  },
} as const;

type UserNamespace = Pick<CreateOptions, 'idCount'>;

/** What a command line says of a container. `attached`: somebody feeds its stdin, which then ends with that. */
export function createChoices(
  options: Values<typeof createOptions & typeof mountOptions & typeof processOptions>,
  args: readonly (string | undefined)[],
  env: NodeJS.ProcessEnv,
  { attached }: { readonly attached: boolean },
): CreateOptions {
  return {
    command: args.filter((arg) => arg !== undefined),
    env: environmentOf(options.env, env),
    network: options.network,
    ...mountChoices(options),
    limits: { memory: options.memory, cpus: options.cpus, pids: options['pids-limit'] },
    labels: labelsOf(options.label),
    autoRemove: options.rm,
    name: options.name,
    hostname: options.hostname,
    entrypoint: options.entrypoint,
    user: options.user,
    workdir: options.workdir,
    terminal: options.tty,
    stdin: options.interactive ? (attached ? 'once' : 'open') : 'none',
    stopSignal: options['stop-signal'],
    ...options.userns,
  };
}
