import { CliError } from './cli-error.ts';
import type { Context } from './command.ts';
import { openPrompt, type Prompt } from './prompt.ts';

/** The flags of every command that logs in. */
export const loginOptions = {
  username: { type: 'string', alias: 'u', describe: 'Username' },
  'password-stdin': {
    type: 'boolean',
    describe: 'Take the Password or Personal Access Token (PAT) from stdin',
  },
} as const;

/** What was given at the command line. */
export interface GivenLogin {
  readonly username: string | undefined;
  /** Seen by every process of the machine; docker allows it. */
  readonly password?: string | undefined;
  readonly 'password-stdin': boolean;
}

/** Who somebody is. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

const MOST_BYTES = 64 * 1024;

/**
 * The login that the flags, stdin or the person at the terminal give, asked for as docker asks. Throws CliError USAGE in
 * docker's words, with exit code 1.
 */
export async function readLogin(given: GivenLogin, context: Context): Promise<Login> {
  const { username = '', password } = given;
  if (password !== undefined) {
    context.stderr.write(
      'WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n',
    );
  }
  if (given['password-stdin']) {
    if (password !== undefined) {
      throw mistake('conflicting options: cannot specify both --password and --password-stdin');
    }
    if (username === '') throw mistake('the --password-stdin option requires --username to be set');
    return { username, password: await passwordFrom(context) };
  }
  if (username !== '' && password !== undefined) return { username, password };
  const prompt = await openPrompt(context);
  if (prompt === undefined) {
    throw mistake('Cannot perform an interactive login from a non TTY device');
  }
  try {
    return await askFor(prompt, username, password);
  } finally {
    prompt.close();
  }
}

async function askFor(prompt: Prompt, given: string, password: string | undefined): Promise<Login> {
  const username = given === '' ? (await prompt.ask('Username: ')).trim() : given;
  if (username === '') throw mistake('username is required');
  const secret = password ?? (await prompt.askSecret('Password: '));
  if (secret === '') throw mistake('password is required');
  return { username, password: secret };
}

/** All of stdin but the end of its line, as docker takes it. */
async function passwordFrom({ stdin, signal }: Context): Promise<string> {
  const { addAbortSignal, Readable } = await import('node:stream');
  const chunks: Buffer[] = [];
  let bytes = 0;
  const input: AsyncIterable<Buffer> = addAbortSignal(signal, Readable.from(stdin()));
  for await (const chunk of input) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw mistake(`the password on stdin has more than ${MOST_BYTES} bytes`);
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw mistake('the password on stdin is empty');
  return text;
}

function mistake(message: string): CliError {
  return new CliError('USAGE', message, { exitCode: 1, pointer: 'none' });
}
