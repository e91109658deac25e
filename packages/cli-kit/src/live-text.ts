import type { Ora } from 'ora';
import type { Output } from './output.ts';

/** What ends sooner shows nothing, and does not pay for loading what draws it. */
const PATIENCE_MS = 150;

/** Text on a terminal that is drawn again and again, behind a spinner; what is printed scrolls above it. */
export interface LiveText {
  /** Draws it as it is now; the first time after a moment, and from then on by itself too. */
  readonly draw: () => void;
  /** Whole lines. */
  readonly print: (lines: string | Uint8Array) => void;
  /** Takes it away, so that something else can be written; it comes back by itself. */
  readonly clear: () => void;
  /** Takes it away for good. */
  readonly stop: () => void;
}

async function startSpinner(): Promise<Ora> {
  const { default: ora } = await import('ora');
  return ora({ stream: process.stderr, discardStdin: false });
}

/** @param tick how often it is drawn where nothing happens, in milliseconds: what stalls must not look as if it were fast */
export function liveText(output: Output, text: () => string, tick: number): LiveText {
  let spinner: Ora | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let ticks: NodeJS.Timeout | undefined;

  const draw = (): void => {
    if (spinner !== undefined) spinner.text = text();
  };
  const start = async (): Promise<void> => {
    const started = await startSpinner();
    if (stopped) return;
    spinner = started.start(text());
    ticks = setInterval(draw, tick).unref();
  };
  return {
    draw: () => {
      // A drawing that fails must not fail the work.
      timer ??= setTimeout(() => void start().catch(() => undefined), PATIENCE_MS);
      draw();
    },
    print: (lines) => {
      spinner?.clear();
      output.write(lines);
    },
    clear: () => void spinner?.clear(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      clearInterval(ticks);
      spinner?.stop();
      spinner = undefined;
    },
  };
}
