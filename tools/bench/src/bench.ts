import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

// The bench itself runs apart from the terminal. What starts this process may end it at once at Ctrl-C, as tsx does when
// the machine is slow to answer, but daemons have to be stopped and mounts taken off: the bench sees its input end and
// does that, whatever became of this process.
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const args = [...process.execArgv, main, ...process.argv.slice(2)];
const child = spawn(process.execPath, args, {
  detached: true,
  stdio: ['pipe', 'inherit', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => child.kill(signal));
}
const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
