import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { run } from '@ctrkit/testing';
import type { RunOptions, RunResult } from '@ctrkit/testing';

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
