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
  let isSecret = false;
  // The terminal shows nothing by itself while readline has it: what is typed comes back through here.
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isSecret) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin(), output: echo, terminal: true, historySize: 0 });
  const answer = async (question: string, secret: boolean): Promise<string> => {
    stderr.write(question);
    isSecret = secret;
    try {
      return await nextLine(lines, signal);
    } finally {
      isSecret = false;
      if (secret) stderr.write('\n');
    }
  };
  return {
    ask: async (question) => await answer(question, false),
    askSecret: async (question) => await answer(question, true),
    close: () => lines.close(),
  };
}

function nextLine(lines: Interface, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      lines.off('line', onLine).off('close', onClose).off('SIGINT', onInterrupt);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onLine = (line: string): void => settle(() => resolve(line));
    const onClose = (): void => settle(() => reject(new Error('there is no answer')));
    const end = (reason: Error): void =>
      settle(() => {
        lines.close();
        reject(reason);
      });
    const onInterrupt = (): void => end(new Interrupted('SIGINT'));
    const onAbort = (): void => end(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
    lines.once('line', onLine).once('close', onClose).once('SIGINT', onInterrupt);
  });
}
