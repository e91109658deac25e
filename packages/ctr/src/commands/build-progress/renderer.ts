import type { BuildEvent } from '@ctrkit/build';

/** Turns what happens in a build into text; it writes nothing itself. */
export interface Renderer {
  /** What is to be written of an event. */
  event(event: BuildEvent): string | Uint8Array;
  /** What is left to be written when the build is over, with what it failed with. */
  end(error?: unknown): string | Uint8Array;
}

export interface RendererSettings {
  /** Milliseconds of a clock that only goes forward. @default performance.now */
  readonly now?: () => number;
  /** Whether it says why a step was not taken from the cache. @default false */
  readonly explain?: boolean;
}
