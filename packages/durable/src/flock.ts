import { spawn, spawnSync } from 'node:child_process';
import { DurableError } from './durable-error.ts';
import { errnoOf } from './system-error.ts';

const CONFLICT = 75;

// A waiter whose parent was killed would wait for ever; so it waits in turns of this many seconds.
const TURN_SECONDS = 10;

/**
 * Locks an open descriptor of this process through a short-lived child: flock(2) belongs to the open
 * file description, which the child shares and which outlives it here. Answers whether it is locked.
 */
export async function flock(
  descriptor: number,
  path: string,
  options: { shared?: boolean; wait?: boolean; signal?: AbortSignal },
): Promise<boolean> {
  const { shared = false, wait = true, signal } = options;
  const kind = shared ? '--shared' : '--exclusive';
  const patience = wait ? ['--timeout', String(TURN_SECONDS)] : ['--nonblock'];
  const parameters = [kind, ...patience, '--conflict-exit-code', String(CONFLICT), '3'];
  for (;;) {
    const code = await runFlock(parameters, descriptor, path, signal);
    signal?.throwIfAborted();
    if (code === 0) return true;
    if (code !== CONFLICT) throw unavailable(path, refusal(descriptor));
    if (!wait) return false;
  }
}

// Its words are not listened to: a pipe for them takes a third as long as all the rest.
function runFlock(
  parameters: string[],
  descriptor: number,
  path: string,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', parameters, { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    const stop = (): boolean => child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    child.on('error', (cause) => {
      signal?.removeEventListener('abort', stop);
      reject(unavailable(path, errnoOf(cause) ?? cause.message, cause));
    });
    child.on('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      resolve(code);
    });
  });
}

/** What flock says of a descriptor that it cannot lock. */
function refusal(descriptor: number): string {
  const { stderr } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    encoding: 'utf8',
  });
  return stderr.trim();
}

function unavailable(path: string, reason: string, cause?: unknown): DurableError {
  const missing = reason === 'ENOENT';
  const why = missing ? 'the flock command is not installed' : reason || 'flock was killed';
  return new DurableError('LOCK_UNAVAILABLE', `${path}: cannot be locked: ${why}`, {
    path,
    hint: missing ? 'apt-get install util-linux' : 'use a file system that supports flock(2)',
    cause,
  });
}
