import { constants } from 'node:os';
import type { HelperFailure } from './syscalls-error.ts';

/** A line of the helper's NDJSON reports. */
export type Report =
  | { readonly event: 'spawned'; readonly pid: number }
  /** `at`: RFC 3339, nanoseconds. */
  | { readonly event: 'started'; readonly pid: number; readonly at: string }
  | {
      readonly event: 'exited';
      readonly code: number;
      readonly signal: number;
      readonly oomKilled: boolean;
    }
  | { readonly event: 'attached' }
  | { readonly event: 'detached' }
  | { readonly event: 'skipped'; readonly bytes: number }
  | ({ readonly event: 'unfinished' } & HelperFailure)
  | { readonly event: 'clamped'; readonly resource?: number; readonly oomScoreAdjustment?: string }
  | { readonly event: 'file'; readonly path: string; readonly bytes: Buffer }
  | { readonly event: 'file'; readonly path: string; readonly errno: string }
  | { readonly event: 'unsupported-attribute'; readonly path: string; readonly attribute: string }
  | ({ readonly event: 'error' } & HelperFailure);

/** The name of an errno, `E<number>` where Node knows none. */
export function errnoName(number: number): string {
  const known = Object.entries(constants.errno).findLast(([, value]) => value === number);
  return known?.[0] ?? `E${number}`;
}

/**
 * Reads one line of the helper; undefined for a line that was cut short, as by a process killed while it wrote. The
 * helper is ours and of the same build, so its shape is not checked again.
 */
export function parseReport(line: string): Report | undefined {
  let raw: Record<string, unknown> & { event: string };
  try {
    raw = JSON.parse(line) as typeof raw;
  } catch {
    return undefined;
  }
  if (typeof raw['errno'] === 'number') raw['errno'] = errnoName(raw['errno']);
  if (typeof raw['base64'] === 'string') {
    return {
      event: 'file',
      path: String(raw['path']),
      bytes: Buffer.from(raw['base64'], 'base64'),
    };
  }
  return raw as unknown as Report;
}
