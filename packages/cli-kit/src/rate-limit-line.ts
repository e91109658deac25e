import { formatDuration } from './durations.ts';
import { printableLine } from './printable.ts';
import type { RateLimitEvent } from './progress-event.ts';

/** The line for people: `docker.io: 76 of 100 pulls left, in 6 hours`. */
export function rateLimitLine(event: RateLimitEvent): string {
  const { registry, remaining, limit, windowSeconds } = event;
  const window = formatDuration(windowSeconds * 1000);
  return printableLine(`${registry}: ${remaining} of ${limit} pulls left, in ${window}`);
}
