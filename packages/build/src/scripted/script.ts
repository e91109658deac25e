import type { Drafted } from './instructions.ts';

/** What a script begins with. */
export interface ScriptedBase {
  /** A name, `scratch`, or another script. */
  readonly image: string | Script;
  readonly platform: string | undefined;
}

/** An instruction; of another script, where it copies from one. */
export interface ScriptedStep {
  readonly instruction: Drafted;
  readonly from: Script | undefined;
}

/** A Dockerfile as a program says it. */
export interface Script {
  readonly base: ScriptedBase;
  readonly steps: readonly ScriptedStep[];
}
