/** Milliseconds or bytes. */
export type Unit = 'ms' | 'bytes';

/** A value for people: `52 ms`, `4.1 ms`, `1.27 s`, `79 MB`, `0.09 MB`. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'bytes') return `${(value / 1e6).toFixed(value < 1e7 ? 2 : 0)} MB`;
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** A ratio for people: `0.17`, `12`. */
export function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : 0);
}
