import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './run.ts';
import type { RunResult } from './run.ts';

/** A real terminal with somebody at its keys. */
export interface Terminal extends AsyncDisposable {
  /** Types text as it is. */
  type(text: string): Promise<void>;
  /** Types a line, and the enter key. */
  enter(line: string): Promise<void>;
  /** Presses keys by tmux's names: `C-c`, `C-d`, `BSpace`, `Up`. */
  press(...keys: readonly string[]): Promise<void>;
  /** Everything that it shows and showed, without the empty lines. */
  screen(): Promise<string>;
  /** Waits until it shows something, and returns what it shows. Throws with the screen when it does not come. */
  shows(pattern: RegExp): Promise<string>;
  /** Forgets what it shows, so that later `shows` means what comes then. */
  clear(): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
}

const PATIENCE_MS = 20_000;
const HISTORY = '5000';

/** Opens a terminal with a shell in it. Needs `command:tmux`. */
export async function openTerminal(
  options: { env?: NodeJS.ProcessEnv; cwd?: string; columns?: number; rows?: number } = {},
): Promise<Terminal> {
  const { env = process.env, cwd = '/', columns = 100, rows = 30 } = options;
  const socket = `ctrkit-test-${process.pid}-${randomBytes(4).toString('hex')}`;
  const tmux = (...args: string[]): Promise<RunResult> =>
    run(['tmux', '-L', socket, '-f', '/dev/null', ...args], { env, cwd });
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', ...size, 'PS1="host$ " exec bash --norc --noprofile');
  await tmux('set-option', '-g', 'history-limit', HISTORY);
  const screen = async (): Promise<string> => {
    const { stdout } = await tmux('capture-pane', '-p', '-J', '-S', `-${HISTORY}`);
    return stdout
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .join('\n');
  };
  const shows = async (pattern: RegExp): Promise<string> => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const shown = await screen();
      if (pattern.test(shown)) return shown;
      if (Date.now() > deadline) throw new Error(`${String(pattern)} did not come:\n${shown}`);
      await sleep(50);
    }
  };
  await shows(/host\$/);
  return {
    type: async (text) => void (await tmux('send-keys', '-l', text)),
    enter: async (line) => {
      await tmux('send-keys', '-l', line);
      await tmux('send-keys', 'Enter');
    },
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    screen,
    shows,
    clear: async () => {
      await tmux('send-keys', '-R');
      await tmux('clear-history');
    },
    resize: async (x, y) => {
      await tmux('resize-window', '-x', String(x), '-y', String(y));
    },
    [Symbol.asyncDispose]: async () => void (await tmux('kill-server')),
  };
}
