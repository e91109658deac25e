import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Another process that runs one of the scripts in children/. */
export interface Child {
  process: ChildProcess;
  /** Its next line of output; undefined when it has no more. */
  line(): Promise<string | undefined>;
  /** Ends it by SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Waits for its own end; rejects unless its exit code is 0. */
  ended(): Promise<void>;
}

export function startChild(script: string, ...parameters: string[]): Child {
  const file = fileURLToPath(new URL(`children/${script}.ts`, import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source', file, ...parameters],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // It may be killed while it is written to.
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close');
  return {
    process: child,
    line: async () => (await lines.next()).value as string | undefined,
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
    ended: async () => {
      const [code] = (await closed) as [number | null];
      if (code !== 0) throw new Error(`${script} ended with ${code}`);
    },
  };
}
