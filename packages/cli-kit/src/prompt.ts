import type { Interface } from 'node:readline';
import type { Context } from './command.ts';
import { Interrupted } from './signals.ts';

/** Somebody at a terminal who answers questions. */
export interface Prompt {
  /** One line. Throws an Error when there will be no answer, Interrupted after Ctrl-C. */
  ask(question: string): Promise<string>;
  /** The same without showing it. */
  askSecret(question: string): Promise<string>;
  close(): void;
}

/**
 * Questions on stderr and answers from stdin; undefined when stdin is no terminal. Closing gives the terminal back as
 * it was.
 */
export async function openPrompt({ stdin, stderr, signal }: Context): Promise<Prompt | undefined> {
  const { isatty } = process.getBuiltinModule('node:tty');
  if (!isatty(0)) return undefined;
  const [{ createInterface }, { Writable }] = await Promise.all([
    import('node:readline'),
    import('node:stream'),
  ]);
  // Of what is pasted a part may come before its question is there: it may be a password.
  let isShown = false;
  // The terminal shows nothing by itself while readline has it: what is typed comes back through here.
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (isShown) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin(), output: echo, terminal: true, historySize: 0 });
  const hide = (): void => {
    isShown = false;
  };
  const nextLine = lineQueue(lines, signal, hide);
  const answer = async (question: string, secret: boolean): Promise<string> => {
    stderr.write(question);
    isShown = !secret;
    try {
      return await nextLine();
    } finally {
      hide();
      if (secret) stderr.write('\n');
    }
  };
  return {
    ask: async (question) => await answer(question, false),
    askSecret: async (question) => await answer(question, true),
    close: () => lines.close(),
  };
}

/**
 * Hands out the lines one by one, also those that came before somebody asked. `onLine` is called before anything of the line
 * after it is read.
 */
function lineQueue(
  lines: Interface,
  signal: AbortSignal,
  onLine: () => void,
): () => Promise<string> {
  const queue: string[] = [];
  let end: Error | undefined;
  let wake: (() => void) | undefined;
  const finish = (reason: Error): void => {
    end ??= reason;
    wake?.();
  };
  const stop = (reason: Error): void => {
    queue.length = 0;
    finish(reason);
    lines.close();
  };
  const onAbort = (): void => stop(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  lines
    .on('line', (line) => {
      onLine();
      queue.push(line);
      wake?.();
    })
    .on('SIGINT', () => stop(new Interrupted('SIGINT')))
    .on('close', () => {
      signal.removeEventListener('abort', onAbort);
      finish(new Error('there is no answer'));
    });
  return async () => {
    if (queue.length === 0 && end === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const line = queue.shift();
    if (line !== undefined) return line;
    throw end ?? new Error('there is no answer');
  };
}
