import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { errnoOf } from '@ctrkit/durable';
import { OciError, parseJson } from '@ctrkit/oci';
import { RegistryError } from '../registry-error.ts';
import type { Credentials } from './credentials.ts';

/** A program `docker-credential-NAME` that keeps logins, such as in the key ring of a desktop. */
export interface CredentialHelper {
  /** The login for a server as docker calls it; undefined when it has none. */
  get(server: string): Promise<Credentials | undefined>;
  store(server: string, credentials: Credentials): Promise<void>;
  /** What it does not have is erased already. */
  erase(server: string): Promise<void>;
}

/** How helpers are run. */
export interface HelperOptions {
  env?: NodeJS.ProcessEnv;
  /** Milliseconds; some ask a person to unlock something. @default 60_000 */
  timeoutMs?: number;
}

const MOST_BYTES = 64 * 1024;
const PATIENCE_MS = 60_000;
// By this name of a user a helper says that the secret is an identity token.
const TOKEN_USER = '<token>';
// What the helpers of docker answer when they have nothing, in place of an exit code for it.
const NOT_FOUND = /credentials not found|no credentials server url/i;

/**
 * A helper by its name. Secrets go through its stdin and stdout alone; what it says is in no message. Its methods
 * throw CREDENTIAL_HELPER_FAILED: it is not installed, failed, took too long, or answered what is no answer.
 * https://github.com/docker/docker-credential-helpers#development
 */
export function credentialHelper(name: string, options: HelperOptions = {}): CredentialHelper {
  const ask = (action: string, input: string): Promise<Answer> =>
    run(`docker-credential-${name}`, action, input, options);
  return {
    get: async (server) => {
      const answer = await ask('get', server);
      if (answer.code === 0) return parseLogin(name, answer.stdout);
      if (isNotFound(answer)) return undefined;
      throw failed(name, 'get', `ended with exit code ${answer.code}`);
    },
    store: async (server, { username = '', password = '', identityToken }) => {
      const login =
        identityToken === undefined
          ? { ServerURL: server, Username: username, Secret: password }
          : { ServerURL: server, Username: TOKEN_USER, Secret: identityToken };
      const { code } = await ask('store', JSON.stringify(login));
      if (code !== 0) throw failed(name, 'store', `ended with exit code ${code}`);
    },
    erase: async (server) => {
      const answer = await ask('erase', server);
      if (answer.code === 0 || isNotFound(answer)) return;
      throw failed(name, 'erase', `ended with exit code ${answer.code}`);
    },
  };
}

interface Answer {
  code: number | null;
  stdout: Buffer;
}

const isNotFound = ({ stdout }: Answer): boolean => NOT_FOUND.test(stdout.toString('utf8'));

async function run(
  program: string,
  action: string,
  input: string,
  { env = process.env, timeoutMs = PATIENCE_MS }: HelperOptions,
): Promise<Answer> {
  const name = program.replace('docker-credential-', '');
  const child = spawn(program, [action], { stdio: ['pipe', 'pipe', 'pipe'], env });
  // A reader that is gone shows in its exit code.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  // It may say there what it likes, secrets too.
  child.stderr.resume();
  try {
    return await answerOf(child, timeoutMs);
  } catch (cause) {
    const missing = errnoOf(cause) === 'ENOENT';
    const why = missing ? 'is not installed' : cause instanceof Error ? cause.message : 'failed';
    throw failed(name, action, why, cause);
  }
}

function answerOf(child: ChildProcessWithoutNullStreams, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (error: Error): void => {
      child.kill('SIGKILL');
      // One of its own children may hold these open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => end(new Error(`did not answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) end(new Error(`answered more than ${MOST_BYTES} bytes`));
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: Buffer.concat(chunks) });
    });
  });
}

function parseLogin(name: string, bytes: Buffer): Credentials | undefined {
  const { Username: username, Secret: secret } = objectOf(name, bytes);
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw failed(name, 'get', 'answered without a name and a secret');
  }
  if (username === TOKEN_USER) return { identityToken: secret };
  return username === '' && secret === '' ? undefined : { username, password: secret };
}

function objectOf(name: string, bytes: Buffer): Record<string, unknown> {
  try {
    const value = parseJson(bytes, { maxBytes: MOST_BYTES });
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    // Its cause could carry what was answered.
    if (!(error instanceof OciError)) throw error;
  }
  throw failed(name, 'get', 'answered what is not a JSON object');
}

function failed(name: string, action: string, why: string, cause?: unknown): RegistryError {
  const what = `credential helper docker-credential-${name}: ${action}: ${why}`;
  return new RegistryError('CREDENTIAL_HELPER_FAILED', what, {
    hint: 'it is named by credsStore or credHelpers of the file of logins: install it, or take it out there',
    cause,
  });
}
