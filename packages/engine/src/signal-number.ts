import { constants } from 'node:os';
import { EngineError } from './engine-error.ts';

const LAST = 64;
// Asked for when it is needed: it brings a module along.
const named = (name: string): number | undefined =>
  (constants.signals as Readonly<Record<string, number>>)[name];

function realTime(name: string): number | undefined {
  const [, base, sign, offset = '0'] = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name) ?? [];
  if (base === undefined) return undefined;
  const start = base === 'MIN' ? 34 : LAST;
  const number = start + (sign === '-' ? -1 : 1) * Number(offset);
  return number >= 34 && number <= LAST ? number : undefined;
}

/** The number of a signal given as docker takes them: `TERM`, `SIGTERM`, `15`, `RTMIN+3`. Throws SIGNAL_INVALID. */
export function signalNumber(text: string): number {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const number = /^\d{1,2}$/.test(name) ? Number(name) : (named(`SIG${name}`) ?? realTime(name));
  if (number !== undefined && number > 0 && number <= LAST) return number;
  throw new EngineError('SIGNAL_INVALID', `invalid signal: ${text.slice(0, 80)}`, {
    hint: 'a name (TERM, SIGTERM, RTMIN+3) or a number from 1 to 64',
  });
}
