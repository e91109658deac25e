/** `1.5e+06` has at least two digits in its exponent in Go. */
const exponent = (text: string): string =>
  text.replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);

/** With as few digits as tell it from its neighbours, or with so many; with an exponent from 1e+06 on, or below 1e-04. */
function general(value: number, precision: number | undefined): string {
  if (value === 0) return '0';
  const digits = precision === undefined ? undefined : Math.max(1, precision);
  const [mantissa = '', power = '0'] = value
    .toExponential(digits === undefined ? undefined : digits - 1)
    .split('e');
  const isLarge = Number(power) < -4 || Number(power) >= (digits ?? 6);
  if (isLarge) return exponent(`${trimZeros(mantissa)}e${power}`);
  const places = (digits ?? mantissa.replace('.', '').length) - 1 - Number(power);
  return trimZeros(fixed(value, Math.max(0, places)));
}

/** So many digits after the point; a tie goes to the even digit in Go, and upwards in JavaScript. */
function fixed(value: number, digits: number): string {
  const exact = value.toFixed(100);
  const cut = exact.length - 100 + digits;
  const isTie = /^50*$/.test(exact.slice(cut)) && /[02468]\.?$/.test(exact.slice(0, cut));
  if (!isTie) return value.toFixed(digits);
  return digits === 0 ? exact.slice(0, cut - 1) : exact.slice(0, cut);
}

const trimZeros = (text: string): string =>
  text.includes('.') ? text.replace(/\.?0+$/, '') : text;

/**
 * A number that is not negative by a verb of printf for numbers with a fraction.
 * @param precision digits after the point, for `g` and `v` in all; undefined: as few as needed, or 6
 */
export function formatFloat(value: number, letter: string, precision: number | undefined): string {
  // Beyond a hundred digits JavaScript gives none.
  const digits = precision === undefined ? undefined : Math.min(precision, 100);
  const kind = letter.toLowerCase();
  const text =
    kind === 'f'
      ? fixed(value, digits ?? 6)
      : kind === 'e'
        ? exponent(value.toExponential(digits ?? 6))
        : general(value, digits);
  return letter === 'G' || letter === 'E' ? text.toUpperCase() : text;
}
