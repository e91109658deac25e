import type { Output } from './output.ts';
import type { Progress, ProgressMode } from './progress.ts';
import { jsonProgress, plainProgress } from './progress-lines.ts';
import { liveProgress } from './progress-live.ts';

const nothing = (): void => undefined;

/** A terminal that says it has no columns (`script` without one of its own) cannot be drawn on: ora would never end. */
export const canDraw = (output: Output): boolean => output.isTerminal && process.stderr.columns > 0;

// Whether it is a terminal takes two milliseconds to ask: where all is there, nothing ever happens.
function chosenLate(choose: () => Progress): Progress {
  let chosen: Progress | undefined;
  return {
    event: (event) => (chosen ??= choose()).event(event),
    clear: () => chosen?.clear(),
    stop: () => chosen?.stop(),
  };
}

/**
 * Progress on an output (stderr): one live line on a terminal, one plain line a layer elsewhere, NDJSON with `json`.
 * `auto` chooses between the first two.
 */
export function createProgress(settings: { mode?: ProgressMode; output: Output }): Progress {
  const { mode = 'auto', output } = settings;
  if (mode === 'none') return { event: nothing, clear: nothing, stop: nothing };
  if (mode === 'json') return jsonProgress(output);
  if (mode === 'plain') return plainProgress(output);
  return chosenLate(() => (canDraw(output) ? liveProgress : plainProgress)(output));
}
