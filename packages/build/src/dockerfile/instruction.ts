import type { Range } from './range.ts';

// https://docs.docker.com/reference/dockerfile/

interface Written<Keyword extends string> {
  readonly keyword: Keyword;
  /** From the keyword to the end of the last argument, heredocs not counted. */
  readonly range: Range;
  /** As written, on one line: continued lines joined, comments between them left out. */
  readonly text: string;
}

/** `shell`: one line for the stage's shell. `exec`: a JSON array of arguments. */
export type CommandLine =
  | { readonly form: 'shell'; readonly line: string }
  | { readonly form: 'exec'; readonly args: readonly string[] };

/** `<<EOF`: the lines up to the one that is its name; with `<<-` without the tabs at their beginning. */
export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** Whether variables in it are substituted: not where the name is quoted. */
  readonly expands: boolean;
}

export interface ArgInstruction extends Written<'ARG'> {
  readonly args: readonly { readonly name: string; readonly value: string | undefined }[];
}

export interface FromInstruction extends Written<'FROM'> {
  readonly image: string;
  readonly platform: string | undefined;
  /** In lower case. */
  readonly as: string | undefined;
}

/** An option of `RUN --mount=`, as written; `type` and what belongs to it are read by who carries it out. */
export interface RunMount {
  readonly type: 'bind' | 'cache' | 'secret' | 'ssh' | 'tmpfs';
  /** `target`, `source`, `from`, `id`, `sharing`, `mode`, `uid`, `gid`, `size`, `required`, `env`, `readonly`, by their main names. */
  readonly options: Readonly<Record<string, string>>;
}

export interface RunInstruction extends Written<'RUN'> {
  readonly command: CommandLine;
  readonly heredocs: readonly Heredoc[];
  readonly mounts: readonly RunMount[];
  readonly network: 'default' | 'none' | 'host';
}

interface CopyFlags {
  /** `user[:group]`, names or ids. */
  readonly chown: string | undefined;
  /** Octal, or symbolic as chmod(1) has it. */
  readonly chmod: string | undefined;
  readonly link: boolean;
  readonly exclude: readonly string[];
}

export interface CopyInstruction extends Written<'COPY'>, CopyFlags {
  readonly sources: readonly string[];
  readonly heredocs: readonly Heredoc[];
  readonly destination: string;
  /** A stage by name or number, a named context, or an image. */
  readonly from: string | undefined;
  readonly parents: boolean;
}

export interface AddInstruction extends Written<'ADD'>, CopyFlags {
  readonly sources: readonly string[];
  readonly heredocs: readonly Heredoc[];
  readonly destination: string;
  readonly checksum: string | undefined;
  readonly keepGitDir: boolean;
  /** Whether archives are unpacked. Default: local ones are, fetched ones are not. */
  readonly unpack: boolean | undefined;
}

export interface CommandInstruction extends Written<'CMD' | 'ENTRYPOINT'> {
  readonly command: CommandLine;
}

export interface PairsInstruction extends Written<'ENV' | 'LABEL'> {
  readonly pairs: readonly (readonly [name: string, value: string])[];
}

export interface ListInstruction extends Written<'EXPOSE' | 'VOLUME' | 'SHELL'> {
  readonly values: readonly string[];
}

export interface ValueInstruction extends Written<
  'WORKDIR' | 'USER' | 'STOPSIGNAL' | 'MAINTAINER'
> {
  readonly value: string;
}

export interface HealthcheckInstruction extends Written<'HEALTHCHECK'> {
  /** Undefined: NONE. */
  readonly command: CommandLine | undefined;
  /** In nanoseconds; undefined where not given. */
  readonly interval: number | undefined;
  readonly timeout: number | undefined;
  readonly startPeriod: number | undefined;
  readonly startInterval: number | undefined;
  readonly retries: number | undefined;
}

export interface OnbuildInstruction extends Written<'ONBUILD'> {
  /** The instruction, as the image's OnBuild has it. */
  readonly trigger: string;
}

/** What may stand in a stage after its FROM; words as written, variables not yet substituted. */
export type Instruction =
  | ArgInstruction
  | RunInstruction
  | CopyInstruction
  | AddInstruction
  | CommandInstruction
  | PairsInstruction
  | ListInstruction
  | ValueInstruction
  | HealthcheckInstruction
  | OnbuildInstruction;

export interface Stage {
  readonly from: FromInstruction;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** The name that errors show. */
  readonly path: string;
  /** Without line ends: what errors show. */
  readonly lines: readonly string[];
  readonly directives: {
    readonly syntax: string | undefined;
    readonly escape: '\\' | '`';
    readonly check: string | undefined;
  };
  /** Before the first FROM. */
  readonly args: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
  /** Comments right above an instruction, by its first line, without their `#`. */
  readonly comments: ReadonlyMap<number, readonly string[]>;
  /** Lines that are empty between the continued ones of an instruction: the last of each. */
  readonly emptyLines: readonly number[];
}
