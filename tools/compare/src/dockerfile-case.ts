/** One file of a context: its text, or more of it. A name that ends with `/` is a directory. */
export type ContextFile =
  | string
  | Uint8Array
  | {
      readonly content?: string | Uint8Array;
      /** @default 0o644, a directory 0o755 */
      readonly mode?: number;
      /** A symbolic link to it. */
      readonly link?: string;
      /** A second name of another file of this context. */
      readonly sameAs?: string;
      readonly type?: 'fifo';
    };

/** Files by their paths, written in this order; directories that are not named are made. */
export type ContextFiles = Readonly<Record<string, ContextFile>>;

interface Inputs {
  readonly dockerfile: string;
  /** The context, beside the Dockerfile. */
  readonly files?: ContextFiles;
  /** `--build-arg`. */
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** A Dockerfile and what it is built with: every builder is asked for an image or a refusal. */
export interface DockerfileCase extends Inputs {
  /** Unique. */
  readonly name: string;
  readonly target?: string;
  /** `--label`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `--build-context NAME=DIRECTORY`. */
  readonly contexts?: Readonly<Record<string, ContextFiles>>;
  /** `--secret`, by their ids. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** `--file`, a path in the context at which the Dockerfile is written. @default Dockerfile */
  readonly file?: string;
  /** docker's classic builder does not know it, so that it is not asked. @default false */
  readonly modern?: boolean;
  /** What differs when it is built a second time; files are written over those of the first. */
  readonly again?: Partial<Inputs>;
}

export interface CaseGroup {
  /** Also the name of the file that keeps the answers. */
  readonly name: string;
  /** What it covers, in a line. */
  readonly about: string;
  readonly cases: readonly DockerfileCase[];
}
