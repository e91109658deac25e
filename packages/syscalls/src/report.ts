import { constants } from 'node:os';
import type { HelperFailure } from './syscalls-error.ts';

/** A line of the helper's NDJSON reports. */
export type Report =
  | { readonly event: 'spawned'; readonly pid: number }
  | { readonly event: 'started'; readonly pid: number }
  | { readonly event: 'exited'; readonly code: number; readonly signal: number }
  | { readonly event: 'clamped'; readonly resource?: number; readonly oomScoreAdjustment?: string }
  | { readonly event: 'file'; readonly path: string; readonly bytes: Buffer }
  | { readonly event: 'file'; readonly path: string; readonly errno: string }
  | { readonly event: 'unsupported-attribute'; readonly path: string; readonly attribute: string }
  | ({ readonly event: 'error' } & HelperFailure);

const errnoNames = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
);

/** The name of an errno, `E<number>` where Node knows none. */
export function errnoName(number: number): string {
  return errnoNames.get(number) ?? `E${number}`;
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
