import type { ProgressEvent } from './progress-event.ts';

export type ProgressMode = 'auto' | 'plain' | 'json' | 'none';

/** Shows events; `event` can be passed on as `onEvent`. */
export interface Progress {
  readonly event: (event: ProgressEvent) => void;
  /** Takes the live line away, so that something else can be written; it comes back by itself. */
  readonly clear: () => void;
  /** Ends it: takes the live line away, prints what is due. Calling it again does nothing. */
  readonly stop: () => void;
}

/** The `--progress` of every command that fetches something. */
export const progressOption = {
  type: 'string',
  choices: ['auto', 'plain', 'json', 'none'],
  default: 'auto',
  describe: 'How to show progress on stderr: auto, plain, json, none',
} as const;
