import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment. @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the standard input, which is then closed. @default nothing */
  readonly input?: string | Uint8Array;
  /** In milliseconds; then the program is killed. @default 60000 */
  readonly timeout?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface RunResult {
  /** As a shell sees it: 128 + n when signal n ended the program. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The standard output, byte by byte. */
  readonly output: Buffer;
}

/**
 * Runs a program to its end and hands back what it said. A program that cannot be started rejects;
 * one that fails does not.
 */
export function run(
  command: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<RunResult> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const { input, timeout = 60_000, ...spawnOptions } = options;
    const child = spawn(file, args, { ...spawnOptions, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program may end without reading its input; that is its own affair.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const output = Buffer.concat(stdout);
      resolve({
        code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        signal,
        stdout: output.toString(),
        stderr: Buffer.concat(stderr).toString(),
        output,
      });
    });
  });
}
