import { canDraw, liveText } from '@ctrkit/cli-kit';
import type { Output } from '@ctrkit/cli-kit';
import type { BuildEvent } from '@ctrkit/build';
import type { BuildProgressMode } from './build-progress-option.ts';
import { legacyRenderer } from './legacy.ts';
import { plainRenderer } from './plain.ts';
import type { PlainSettings } from './plain.ts';
import { quietRenderer } from './quiet.ts';
import { rawjsonRenderer } from './rawjson.ts';
import type { Renderer } from './renderer.ts';
import { ttyRenderer } from './tty.ts';

/** Shows a build; `event` can be passed on as `onEvent`. */
export interface BuildProgress {
  readonly event: (event: BuildEvent) => void;
  /** Takes what is live away, so that something else can be written; it comes back by itself. */
  readonly clear: () => void;
  /** Ends it, with what the build failed with: prints what is due. Calling it again does nothing. */
  readonly stop: (error?: unknown) => void;
}

export interface BuildProgressSettings extends PlainSettings {
  readonly mode: BuildProgressMode;
  readonly stdout: Output;
  readonly stderr: Output;
}

const TICK_MS = 100;
const nothing = (): void => undefined;

/**
 * A build on the outputs of a command. `legacy` writes to stdout, as docker did; the id of a `quiet` build is the only line of it
 * there; everything else is for people and goes to stderr. `auto` is `tty` on a terminal and `plain` elsewhere.
 */
export function createBuildProgress(settings: BuildProgressSettings): BuildProgress {
  const { mode, stdout, stderr } = settings;
  if (mode === 'legacy') return written(legacyRenderer(settings), stdout);
  if (mode === 'rawjson') return written(rawjsonRenderer(), stderr);
  if (mode === 'quiet') return quiet(stdout, stderr);
  const isLive = mode !== 'plain' && canDraw(stderr);
  return isLive ? live(settings) : written(plainRenderer(settings), stderr);
}

function written(renderer: Renderer, output: Output): BuildProgress {
  const write = (text: string | Uint8Array): void => {
    if (text.length > 0) output.write(text);
  };
  return {
    event: (event) => write(renderer.event(event)),
    clear: nothing,
    stop: once((error) => write(renderer.end(error))),
  };
}

function quiet(stdout: Output, stderr: Output): BuildProgress {
  const shown = written(quietRenderer(), stderr);
  return {
    ...shown,
    event: (event) => {
      shown.event(event);
      if (event.type === 'built') stdout.write(`${event.imageId}\n`);
    },
  };
}

function live(settings: BuildProgressSettings): BuildProgress {
  const renderer = ttyRenderer({
    ...settings,
    size: () => ({ columns: process.stderr.columns, rows: process.stderr.rows }),
  });
  const drawn = liveText(settings.stderr, () => renderer.frame(), TICK_MS);
  return {
    event: (event) => {
      const text = renderer.event(event);
      if (text.length > 0) drawn.print(text);
      drawn.draw();
    },
    clear: drawn.clear,
    stop: once((error) => {
      drawn.stop();
      settings.stderr.write(renderer.end(error));
    }),
  };
}

function once(stop: (error: unknown) => void): (error?: unknown) => void {
  let isOver = false;
  return (error) => {
    if (!isOver) stop(error);
    isOver = true;
  };
}
