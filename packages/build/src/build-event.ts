import type { ImageEvent } from '@ctrkit/engine';
import type { Digest } from '@ctrkit/oci';
import type { Range } from './dockerfile/range.ts';

/** A step of a build: an instruction of a stage that is needed. */
export interface Step {
  /** From 1, in the order of the Dockerfile, FROM included. */
  readonly number: number;
  /** How many there are. */
  readonly total: number;
  /** The stage's name, or its number from 0. */
  readonly stage: string;
  /** From 1, in its stage; and how many that has. */
  readonly numberInStage: number;
  readonly totalInStage: number;
  /** As the Dockerfile has it, on one line. */
  readonly text: string;
}

/** Why a step was not taken from the cache: the first input that differs from the last time. */
export type MissReason =
  | { readonly type: 'first-time' }
  | { readonly type: 'no-cache' }
  | { readonly type: 'instruction'; readonly before: string; readonly now: string }
  | {
      readonly type: 'base';
      readonly before: Digest | undefined;
      readonly now: Digest | undefined;
    }
  | {
      readonly type: 'argument' | 'variable' | 'setting';
      readonly name: string;
      readonly before: string | undefined;
      readonly now: string | undefined;
    }
  | {
      readonly type: 'file';
      readonly path: string;
      /** What of it differs. */
      readonly aspect: 'contents' | 'metadata' | 'added' | 'removed';
      readonly before: Digest | undefined;
      readonly now: Digest | undefined;
    }
  | { readonly type: 'step-above'; readonly number: number }
  | { readonly type: 'gone' };

/** What happens in a build, in the order in which it happens; steps of stages that run in parallel interleave. */
export type BuildEvent =
  | {
      readonly type: 'context';
      /** `context`, or the name of a named one. */
      readonly name: string;
      readonly bytes: number;
      readonly isDone: boolean;
    }
  | { readonly type: 'step-started'; readonly step: Step }
  | { readonly type: 'missed'; readonly step: Step; readonly reason: MissReason }
  | { readonly type: 'run-started'; readonly step: Step; readonly containerId: string }
  | {
      readonly type: 'output';
      readonly step: Step;
      readonly stream: 'stdout' | 'stderr';
      readonly bytes: Uint8Array;
    }
  | { readonly type: 'run-removed'; readonly step: Step; readonly containerId: string }
  | {
      readonly type: 'step-done';
      readonly step: Step;
      readonly isCached: boolean;
      /** The image as it stands after this step: the digest of its configuration. It is as long as all steps so far, so who wants it asks. */
      readonly imageId: () => Digest | undefined;
    }
  | { readonly type: 'step-failed'; readonly step: Step; readonly message: string }
  | { readonly type: 'image'; readonly step: Step; readonly event: ImageEvent }
  | { readonly type: 'warning'; readonly message: string; readonly range: Range | undefined }
  | { readonly type: 'exporting'; readonly what: 'layers' | 'image' | 'files' | 'cache' }
  | { readonly type: 'built'; readonly imageId: Digest; readonly names: readonly string[] };
