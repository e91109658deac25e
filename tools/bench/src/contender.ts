/** A command whose time is taken, beside others that do the same. */
export interface Contender {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Done once before all runs. */
  readonly setUp?: () => Promise<unknown>;
  /** Brings about what each run starts from; its time does not count. */
  readonly before?: () => Promise<unknown>;
  /**
   * Whose peak of resident memory is told: that of the largest process which the command starts and waits for, or
   * that of a daemon with this id.
   */
  readonly memory?: 'command' | { readonly daemon: number };
}

/** One run of a contender. */
export interface Sample {
  readonly milliseconds: number;
  /** Peak of resident memory, where it was asked for and can be told. */
  readonly bytes?: number;
}

/** A contender, or why it cannot take part. */
export type Entrant = Contender | { readonly name: string; readonly missing: string };
