import { CliError } from './cli-error.ts';

const exponents: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/**
 * Bytes from docker's way of writing a size: `64m`, `1.5g`, `512`, `1KiB`; every unit counts 1024.
 * Throws CliError SIZE_INVALID.
 */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(?: ?(?:([kmgtp])i?b?|b))?$/i.exec(text);
  const bytes = Math.floor(
    Number(match?.[1]) * 1024 ** (exponents[(match?.[2] ?? '').toLowerCase()] ?? 0),
  );
  if (match === null || !Number.isSafeInteger(bytes)) {
    throw new CliError('SIZE_INVALID', `invalid size: '${text}'`, {
      hint: 'sizes are written like 512k, 64m or 1.5g',
    });
  }
  return bytes;
}

function scale(bytes: number, base: number, units: readonly string[], digits: number): string {
  let unit = 0;
  let value = bytes;
  // Docker prints 999.9kB as 1e+03kB; here it goes to the next unit.
  while (unit < units.length - 1 && Number(value.toPrecision(digits)) >= base) {
    value /= base;
    unit += 1;
  }
  return `${Number(value.toPrecision(digits))}${units[unit]}`;
}

/**
 * A size as docker writes it, in units of 1000: `1.98MB`, `0B`.
 * @param digits lists have 3; `system df` and what is reclaimed have 4
 */
export function formatBytes(bytes: number, digits: 3 | 4 = 3): string {
  return scale(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'], digits);
}

/** A size as `docker stats` writes it: four digits, units of 1024: `1.984MiB`. */
export function formatBinaryBytes(bytes: number): string {
  return scale(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'], 4);
}
