import { execForm, parseGoDuration } from '@ctrkit/oci';
import type { Healthcheck } from '@ctrkit/oci';

const durations: ReadonlyMap<string, 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval'> =
  new Map([
    ['interval', 'Interval'],
    ['timeout', 'Timeout'],
    ['start-period', 'StartPeriod'],
    ['start-interval', 'StartInterval'],
  ]);

/** What HEALTHCHECK says: NONE, or flags and CMD. https://docs.docker.com/reference/dockerfile/#healthcheck */
export function parseHealthcheck(text: string): Healthcheck {
  const { flags, rest } = splitFlags(text);
  const [, kind = '', command = ''] = /^(\S*)\s*([^]*)$/.exec(rest) ?? [];
  if (kind.toUpperCase() === 'NONE' && command === '' && flags.size === 0)
    return { Test: ['NONE'] };
  if (kind.toUpperCase() !== 'CMD' || command === '') throw new Error('needs NONE or CMD command');
  const exec = execForm(command);
  const check: Healthcheck = {
    Test: exec === undefined ? ['CMD-SHELL', command] : ['CMD', ...exec],
  };
  for (const [name, value] of flags) setFlag(check, name, value);
  return check;
}

function splitFlags(text: string): { flags: Map<string, string>; rest: string } {
  const flags = new Map<string, string>();
  let rest = text;
  for (;;) {
    const [whole, name, value] = /^--([a-z-]+)=(\S+)\s*/.exec(rest) ?? [];
    if (whole === undefined || name === undefined || value === undefined) return { flags, rest };
    flags.set(name, value);
    rest = rest.slice(whole.length);
  }
}

function setFlag(check: Healthcheck, name: string, value: string): void {
  const field = durations.get(name);
  if (field !== undefined) check[field] = durationOf(value);
  else if (name === 'retries' && /^\d+$/.test(value)) check.Retries = Number(value);
  else throw new Error(`--${name}=${value}: is no flag of it`);
}

function durationOf(text: string): number {
  const duration = parseGoDuration(text);
  if (duration === undefined || duration < 0) throw new Error(`${text}: is no duration`);
  return duration;
}
