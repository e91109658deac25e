import type { Output } from './output.ts';
import type { ProgressEvent } from './progress-event.ts';
import { liveProgress } from './progress-live.ts';
import { jsonProgress, plainProgress } from './progress-lines.ts';

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

const nothing = (): void => undefined;

/** A terminal that says it has no columns (`script` without one of its own) cannot be drawn on: ora would never end. */
export const canDraw = (output: Output): boolean => output.isTerminal && process.stderr.columns > 0;

/**
 * Progress on an output (stderr): one live line on a terminal, one plain line a layer elsewhere, NDJSON with `json`.
 * `auto` chooses between the first two.
 */
export function createProgress(settings: { mode?: ProgressMode; output: Output }): Progress {
  const { mode = 'auto', output } = settings;
  if (mode === 'none') return { event: nothing, clear: nothing, stop: nothing };
  if (mode === 'json') return jsonProgress(output);
  return mode === 'auto' && canDraw(output) ? liveProgress(output) : plainProgress(output);
}
