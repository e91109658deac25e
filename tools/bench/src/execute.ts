import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** What a program left behind when it ended well. */
export interface Execution {
  readonly milliseconds: number;
  /** Its end. */
  readonly stdout: string;
  /** Its end. */
  readonly stderr: string;
}

export interface ExecuteOptions {
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const KEPT = 8192;
const LIMIT_MS = 600_000;
const GRACE_MS = 5000;

function tail(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-KEPT)));
  return () => text;
}

function failure(name: string, how: string, stderr: string): Error {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return new Error(`${name} ended with ${how}${last === '' ? '' : `: ${last}`}`);
}

/** Ends the program and what it started: they are a process group of their own. */
function endGroup(child: ChildProcess): void {
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  kill('SIGTERM');
  const timer = setTimeout(() => kill('SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}

/**
 * Runs a program to its end and tells how long that took. Rejects when it cannot be started, ends with anything but 0
 * (naming its last line) or takes more than ten minutes. The signal ends it.
 */
export function execute(
  command: readonly [string, ...string[]],
  { env, signal }: ExecuteOptions,
): Promise<Execution> {
  const [file, ...args] = command;
  signal.throwIfAborted();
  const end = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  return new Promise((resolve, reject) => {
    let ended = Number.NaN;
    const started = performance.now();
    const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = [tail(child.stdout), tail(child.stderr)];
    const onAbort = (): void => endGroup(child);
    end.addEventListener('abort', onAbort, { once: true });
    child.on('exit', () => (ended = performance.now()));
    child.on('error', reject);
    child.on('close', (code, by) => {
      end.removeEventListener('abort', onAbort);
      if (code !== 0) reject(failure(file, `${code ?? by}`, stderr()));
      else resolve({ milliseconds: ended - started, stdout: stdout(), stderr: stderr() });
    });
  });
}
