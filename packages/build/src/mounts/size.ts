const powers = 'kmgtp';

/** Bytes of a size that was checked when it was read: `64m`, `1.5GiB`, `100`. */
export function parseSize(text: string | undefined): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text ?? '') ?? [];
  if (number === undefined) return undefined;
  return Math.round(Number(number) * 1024 ** (powers.indexOf(unit.toLowerCase() || ' ') + 1));
}
