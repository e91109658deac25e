import { parseMount } from './run-mount.ts';
import type { CommandLine, RunInstruction, RunMount } from './instruction.ts';
import { readFlags } from './read-flags.ts';
import type { Statement } from './statement.ts';

const networks = ['default', 'none', 'host'] as const;

/** https://docs.docker.com/reference/dockerfile/#run */
export function parseRun(statement: Statement): RunInstruction {
  const { text, range, heredocs } = statement;
  const flags = readFlags(statement, {
    mount: 'strings',
    network: 'string',
    security: 'string',
    device: 'strings',
  });
  const mode = flags.network ?? 'default';
  const network = networks.find((network) => network === mode);
  if (network === undefined) throw statement.error(`invalid network mode ${JSON.stringify(mode)}`);
  refuse(statement, flags.security, flags.device);
  const mounts = flags.mount.map((value) => mountOf(statement, value));
  return {
    keyword: 'RUN',
    text,
    range,
    command: commandOf(statement, statement.args),
    heredocs,
    mounts,
    network,
  };
}

/** A command in either form. */
export function commandOf(
  { isJson }: Pick<Statement, 'isJson'>,
  args: readonly string[],
): CommandLine {
  return isJson ? { form: 'exec', args } : { form: 'shell', line: args.join(' ') };
}

function refuse(
  statement: Statement,
  security: string | undefined,
  devices: readonly string[],
): void {
  if (security === 'insecure') {
    throw statement.error(
      'RUN --security=insecure: a build gets no more privileges than a container',
    );
  }
  if (security !== undefined && security !== 'sandbox') {
    throw statement.error(`security "${security}" is not valid`);
  }
  if (devices.length > 0) throw statement.error('RUN --device: devices are not given to a build');
}

function mountOf(statement: Statement, value: string): RunMount {
  try {
    return parseMount(value);
  } catch (cause) {
    const at = statement.flags.find(({ text }) => text === `--mount=${value}`);
    throw statement.error((cause as Error).message, { at });
  }
}
