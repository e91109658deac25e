import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '@ctrkit/cli-kit';
import type { Output } from '@ctrkit/cli-kit';
import { run } from '@ctrkit/testing';
import type { RunOptions, RunResult } from '@ctrkit/testing';
import { cli } from '../../src/commands/cli.ts';

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
const node = ['--import', 'tsx', '--conditions=@ctrkit/source', bin];

/** Runs registry-client to its end. */
export function registryClient(parameters: string[], options: RunOptions = {}): Promise<RunResult> {
  return run([process.execPath, ...node, ...parameters], options);
}

/** Starts registry-client; to be killed. */
export function startRegistryClient(parameters: string[]): ChildProcess {
  return spawn(process.execPath, [...node, ...parameters], { stdio: 'ignore' });
}

/** What a command line said, all of it in this process: a tenth of the time of a program of its own. */
export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs registry-client in this process, as in a pipe. */
export async function inProcess(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Said> {
  const [stdout, stderr] = [capture(1), capture(2)];
  const code = await runCommandLine(cli, parameters, { stdout, stderr, env });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function capture(fd: number): Output & { text: () => string } {
  const pieces: Buffer[] = [];
  const write = (data: string | Uint8Array): void => void pieces.push(Buffer.from(data));
  const stream = (): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        write(chunk);
        done();
      },
    });
  return { fd, isTerminal: false, write, stream, text: () => Buffer.concat(pieces).toString() };
}
