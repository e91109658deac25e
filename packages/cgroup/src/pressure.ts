import { compact } from './numbers.ts';
import type { Pressure, PressureStats } from './stats.ts';

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=0` and the same for `full`. */
export function parsePressure(text: string | undefined): PressureStats | undefined {
  if (text === undefined) return undefined;
  const lines = new Map<string, Pressure>();
  for (const line of text.split('\n')) {
    const [kind = '', ...pairs] = line.split(' ');
    const values = new Map(pairs.map((pair) => pair.split('=') as [string, string]));
    const number = (key: string): number => Number(values.get(key) ?? Number.NaN);
    const totalUsec = number('total');
    if (Number.isNaN(totalUsec)) continue;
    const averages = { avg10: number('avg10'), avg60: number('avg60'), avg300: number('avg300') };
    lines.set(kind, { ...averages, totalUsec });
  }
  return compact<PressureStats>({ some: lines.get('some'), full: lines.get('full') });
}
