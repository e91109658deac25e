import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { until } from './supervised.ts';

/** A terminal as its user has it: keys go in, what it shows comes out. */
export interface Pty extends Disposable {
  /** The terminal's descriptor in this process, for the standard streams of others. */
  readonly fd: number;
  type: (keys: string) => Promise<void>;
  /** All that it has shown. */
  shown: () => string;
  shows: (what: string | RegExp) => Promise<void>;
  /** Stops and resumes reading what it is to show, as a terminal emulator that hangs. */
  hang: () => void;
  resume: () => void;
  resize: (columns: number, rows: number) => void;
  /** Its modes, in a form that compares: stty(1). */
  modes: () => string;
  isRaw: () => boolean;
}

/** Opens a terminal of 80 columns and 24 rows. Needs `command:script`. */
export async function openPty(): Promise<Pty> {
  const keeper = spawn('script', ['-q', '-c', 'tty; exec sleep 100000', '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let [output, path] = ['', ''];
  keeper.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    output += chunk;
  });
  await until('a terminal', () => output.endsWith('\n'));
  path = output.trim();
  output = '';
  const fd = openSync(path, 'r+');
  const stty = (...args: string[]): string =>
    spawnSync('stty', ['-F', path, ...args], { encoding: 'utf8' }).stdout;
  stty('cols', '80', 'rows', '24');
  const includes = (what: string | RegExp): boolean =>
    typeof what === 'string' ? output.includes(what) : what.test(output);
  return {
    fd,
    type: (keys) =>
      new Promise((resolve) => {
        keeper.stdin.write(keys, 'latin1', () => resolve());
      }),
    shown: () => output,
    shows: async (what) => {
      await until(`${String(what)} in ${JSON.stringify(output)}`, () => includes(what));
    },
    hang: () => keeper.stdout.pause(),
    resume: () => keeper.stdout.resume(),
    resize: (columns, rows) => void stty('cols', String(columns), 'rows', String(rows)),
    modes: () => stty('-g').trim(),
    isRaw: () => stty('-a').includes('-icanon'),
    [Symbol.dispose]: () => {
      closeSync(fd);
      keeper.kill('SIGKILL');
    },
  };
}
