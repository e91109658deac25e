import type { Operands } from './operands.ts';
import type { Options, Values } from './options.ts';
import type { Output } from './output.ts';
import type { Progress, ProgressMode } from './progress.ts';

/** A program with commands: `ctr run …`. */
export interface Cli {
  readonly name: string;
  readonly version: string;
  /** One line: what the program is. */
  readonly describe: string;
  readonly commands: readonly CommandEntry[];
  /** What each group of commands is for: `{ volume: 'Manage volumes' }`. */
  readonly groups?: Readonly<Record<string, string>>;
  /** Flags that may also stand in front of the command. To read them, a command spreads them into its own. */
  readonly globalOptions?: Options;
  /** Runs when the first word names no command: `ns-exec DIR -- cmd`. */
  readonly fallback?: Fallback;
}

/** What runs without the name of a command. */
export interface Fallback extends Pick<CommandEntry, 'describe' | 'load'> {
  /** Its operands, as the help of the program shows them: `DIR -- COMMAND [ARG...]`. */
  readonly usage: string;
}

/** What the help of the program needs to know; the rest is in a module that is imported when the command is used. */
export interface CommandEntry {
  /** One word, or two for a group: `volume ls`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly describe: string;
  readonly hidden?: boolean;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** What a command gets of its command line. */
export interface CommandInput<O, P> {
  readonly options: O;
  readonly operands: P;
}

/** What a command gets of the world. */
export interface Context {
  /** How the command was called: `ctr run`. */
  readonly path: string;
  /** Results, and nothing else. */
  readonly stdout: Output;
  /** For people. */
  readonly stderr: Output;
  /**
   * Aborted by SIGINT, SIGTERM and SIGHUP; the program then exits with 128 + n. Whoever reads it takes these signals
   * over: a command that does not read it is ended by them at once.
   */
  readonly signal: AbortSignal;
  readonly debug: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Opened when asked for. */
  readonly stdin: () => NodeJS.ReadableStream & AsyncIterable<Buffer>;
  /** Progress on stderr, ended when the command ends. */
  readonly progress: (mode?: ProgressMode) => Progress;
}

interface CommandSettings {
  /** In docker's way: `'IMAGE [COMMAND] [ARG...]'`. @default '' (none) */
  readonly operands?: string;
  /** Another way to write as many operands, for the help. */
  readonly alternative?: string;
  readonly options?: Options;
  /** Flags end at the first operand; all that follows belongs to the contained command. @default false */
  readonly trailing?: boolean;
  /** The exit code when the command throws an error that has no `exitCode` of its own. @default 1; 125 for `run` */
  readonly errorExitCode?: number;
  /** Every error ends with `Run 'ctr run --help' for more information`, as docker's `run` does. @default false */
  readonly pointToHelp?: boolean;
}

/** A command as the kit sees it; made by {@link defineCommand}. */
export interface Command extends CommandSettings {
  run(
    input: CommandInput<Readonly<Record<string, unknown>>, string[]>,
    context: Context,
  ): Promise<number | void>;
}

/**
 * A command from its flags, its operands and what it does; `run` gets both with their types and returns the exit code
 * (nothing is 0).
 */
export function defineCommand<const O extends Options = {}, const S extends string = ''>(
  command: CommandSettings & {
    readonly operands?: S;
    readonly options?: O;
    run(input: CommandInput<Values<O>, Operands<S>>, context: Context): Promise<number | void>;
  },
): Command {
  return command as unknown as Command;
}
