type Unit = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'zone';

interface Element {
  readonly unit: Unit;
  readonly pattern: RegExp;
  /** The largest value, where it is checked when it is read. */
  readonly most?: number;
  readonly least?: number;
}

// How the parts of a time are written in a layout of Go's package time.
const elements: Readonly<Record<string, Element>> = {
  '2006': { unit: 'year', pattern: /^\d{4}/ },
  '01': { unit: 'month', pattern: /^\d\d/, least: 1, most: 12 },
  '02': { unit: 'day', pattern: /^\d\d/ },
  '15': { unit: 'hour', pattern: /^\d\d?/, most: 23 },
  '04': { unit: 'minute', pattern: /^\d\d/, most: 59 },
  // A fraction may follow whether the layout has one or not.
  '05': { unit: 'second', pattern: /^\d\d/, most: 59 },
  '.999999999': { unit: 'fraction', pattern: /^(?:[.,]\d+)?/ },
  'Z07:00': { unit: 'zone', pattern: /^(?:Z|[-+]\d\d:\d\d)/ },
};
const token = /2006|01|02|15|04|05|\.999999999|Z07:00|./g;

type Parts = Partial<Record<Unit, string>>;

function mismatch(text: string, layout: string, rest: string, wanted: string): Error {
  const quoted = [text, layout, rest, wanted].map((part) => JSON.stringify(part));
  return new Error(
    `parsing time ${quoted[0]} as ${quoted[1]}: cannot parse ${quoted[2]} as ${quoted[3]}`,
  );
}

const outOfRange = (text: string, what: string): Error =>
  new Error(`parsing time ${JSON.stringify(text)}: ${what} out of range`);

function takeApart(text: string, layout: string): Parts {
  const parts: Parts = {};
  let rest = text;
  for (const [name] of layout.matchAll(token)) {
    const element = elements[name];
    const found = element === undefined ? rest.startsWith(name) && name : element.pattern.exec(rest)?.[0]; // prettier-ignore
    if (typeof found !== 'string') throw mismatch(text, layout, rest, name);
    rest = rest.slice(found.length);
    if (element === undefined) continue;
    const { unit, least = 0, most = Infinity } = element;
    if (Number(found) < least || Number(found) > most) throw outOfRange(text, unit);
    parts[unit] = found;
    if (unit === 'second' && !layout.includes('.')) {
      parts.fraction = /^[.,]\d+/.exec(rest)?.[0] ?? '';
      rest = rest.slice(parts.fraction.length);
    }
  }
  if (rest !== '') {
    const extra = JSON.stringify(rest);
    throw new Error(`parsing time ${JSON.stringify(text)}: extra text: ${extra}`);
  }
  return parts;
}

function zoneMinutes(text: string, zone: string): number {
  if (zone === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 24) throw outOfRange(text, 'time zone offset hour');
  if (minutes > 60) throw outOfRange(text, 'time zone offset minute');
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * A time that is written as a layout of Go's package time says (the parts of its RFC3339Nano), in nanoseconds since
 * 1970. One without a zone is `offset` minutes east of UTC. Throws an Error in Go's words.
 */
export function parseGoTime(text: string, layout: string, offset: number): bigint {
  const parts = takeApart(text, layout);
  const day = Number(parts.day);
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for those of the last century.
  date.setUTCFullYear(Number(parts.year), Number(parts.month) - 1, day);
  if (day < 1 || date.getUTCDate() !== day) throw outOfRange(text, 'day');
  const east = parts.zone === undefined ? offset : zoneMinutes(text, parts.zone);
  const minutes = Number(parts.hour ?? 0) * 60 + Number(parts.minute ?? 0) - east;
  const seconds = date.getTime() / 1000 + minutes * 60 + Number(parts.second ?? 0);
  const fraction = (parts.fraction ?? '').slice(1, 10).padEnd(9, '0');
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction);
}
