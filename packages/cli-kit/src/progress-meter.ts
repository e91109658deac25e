import type { LayerEvent } from './progress-event.ts';

/** Measures how fast bytes arrive. */
export interface Meter {
  /** Takes note of what happened to a layer at a moment, in milliseconds. */
  note(event: LayerEvent, now: number): void;
  /** Bytes a second over the last seconds; undefined until there is something to tell. */
  speed(now: number): number | undefined;
}

/** Short enough to follow the network, long enough to be read. */
const WINDOW_MS = 5_000;
const SHORTEST_MS = 500;

// What is there already came without the network.
const isNoSpeed: ReadonlySet<LayerEvent['status']> = new Set(['exists', 'present', 'mounted']);

/** Counts what arrives from now on: what was there before, of a download that goes on, is no speed. */
export function createMeter(): Meter {
  const seen = new Map<string, number>();
  let arrived = 0;
  let samples: { at: number; bytes: number }[] = [];
  const trim = (now: number): void => {
    const from = samples.findLastIndex(({ at }) => now - at >= WINDOW_MS);
    if (from > 0) samples = samples.slice(from);
  };
  return {
    note: ({ id, status, current }, now) => {
      if (current === undefined || isNoSpeed.has(status)) return;
      const before = seen.get(id) ?? current;
      seen.set(id, current);
      arrived += Math.max(0, current - before);
      samples.push({ at: now, bytes: arrived });
      trim(now);
    },
    speed: (now) => {
      trim(now);
      const [first] = samples;
      if (first === undefined || now - first.at < SHORTEST_MS) return undefined;
      return ((arrived - first.bytes) * 1000) / (now - first.at);
    },
  };
}

/** A remaining time: `8s`, `2m5s`, `1h3m`; undefined where it is not to be known. */
export function formatRemaining(bytes: number, speed: number | undefined): string | undefined {
  if (speed === undefined || speed <= 0 || bytes <= 0) return undefined;
  const seconds = Math.ceil(bytes / speed);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 100 ? `${hours}h${minutes % 60}m` : undefined;
}
