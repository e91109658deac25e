import { heredocMark } from './heredocs.ts';
import type { RunInstruction } from './instruction.ts';

/**
 * What a RUN with its heredocs executes. `shell`: a line for the stage's shell; `exec`: arguments; `file`: a program, by its first line,
 * that is to stand at `/dev/pipes/NAME` while it runs.
 */
export type RunScript =
  | { readonly form: 'shell'; readonly line: string }
  | { readonly form: 'exec'; readonly args: readonly string[] }
  | { readonly form: 'file'; readonly name: string; readonly content: string };

/**
 * A heredoc that is all of the line is the script itself, or a program where it begins with `#!`; others are the shell's to read, so
 * they follow the line. https://docs.docker.com/reference/dockerfile/#here-documents
 */
export function runScript({ command, heredocs }: RunInstruction): RunScript {
  const [first] = heredocs;
  if (command.form === 'exec' || first === undefined) return command;
  if (heredocMark(command.line) === undefined) {
    const bodies = heredocs.map(({ name, content }) => `\n${content}${name}`);
    return { form: 'shell', line: [command.line, ...bodies].join('') };
  }
  const { name, content } = first;
  return content.startsWith('#!')
    ? { form: 'file', name, content }
    : { form: 'shell', line: content };
}
