import assert from 'node:assert/strict';
import { test } from 'uvu';
import { parseTimeArgument } from '../src/time-argument.ts';

process.env['TZ'] = 'Asia/Kolkata';
const now = new Date('2026-11-25T10:00:00.250Z');
const at = (utc: string, fraction = 0n): bigint => BigInt(Date.parse(utc)) * 1_000_000n + fraction;

for (const [text, expected] of [
  ['42s', at('2026-11-25T09:59:18.250Z')],
  ['10m', at('2026-11-25T09:50:00.250Z')],
  ['1h30m', at('2026-11-25T08:30:00.250Z')],
  ['1.5h', at('2026-11-25T08:30:00.250Z')],
  ['.5s', at('2026-11-25T09:59:59.750Z')],
  ['1.s', at('2026-11-25T09:59:59.250Z')],
  ['250ms', at('2026-11-25T10:00:00.000Z')],
  ['1h1ns', at('2026-11-25T09:00:00.249Z', 999_999n)],
  ['1µs', at('2026-11-25T10:00:00.249Z', 999_000n)],
  ['-1m', at('2026-11-25T10:01:00.250Z')],
  ['+1m', at('2026-11-25T09:59:00.250Z')],
  ['0s', at('2026-11-25T10:00:00.250Z')],
  ['1136073600', at('2006-01-01T00:00:00Z')],
  ['1136073600.000000001', at('2006-01-01T00:00:00Z', 1n)],
  ['1136073600.5', at('2006-01-01T00:00:00.500Z')],
  ['2026-11-25', at('2026-11-24T18:30:00Z')],
  ['2026-11-25Z', at('2026-11-25T00:00:00Z')],
  ['2026-11-25+01:00', at('2026-11-24T23:00:00Z')],
  ['2026-11-25-01:00', at('2026-11-25T01:00:00Z')],
  ['2026-11-25T10', at('2026-11-25T04:30:00Z')],
  ['2026-11-25T10:15', at('2026-11-25T04:45:00Z')],
  ['2026-11-25T10:15:20', at('2026-11-25T04:45:20Z')],
  ['2026-11-25T10:15:20.5', at('2026-11-25T04:45:20.500Z')],
  ['2026-11-25T10Z', at('2026-11-25T10:00:00Z')],
  ['2026-11-25T10:15Z', at('2026-11-25T10:15:00Z')],
  ['2026-11-25T10:15:20Z', at('2026-11-25T10:15:20Z')],
  ['2026-11-25T10+01:00', at('2026-11-25T09:00:00Z')],
  ['2026-11-25T10:15-01:00', at('2026-11-25T11:15:00Z')],
  ['2026-11-25T10:15:20.123456789+01:00', at('2026-11-25T09:15:20.123Z', 456_789n)],
] as const) {
  test(text, () => assert.equal(parseTimeArgument(text, now), expected));
}

for (const [text, said] of [
  ['abc', 'failed to parse value as time or duration: "abc"'],
  ['3d', 'failed to parse value as time or duration: "3d"'],
  ['10:00', 'failed to parse value as time or duration: "10:00"'],
  ['1.x', 'failed to parse value as time or duration: "1.x"'],
  ['m', 'failed to parse value as time or duration: "m"'],
  ['.', 'failed to parse value as time or duration: "."'],
  ['2026-13-01', 'parsing time "2026-13-01": month out of range'],
  ['2026-11-25T10:00:00z', 'parsing time "2026-11-25T10:00:00z" as "2006-01-02T15:04:05Z07:00": cannot parse "z" as "Z07:00"'], // prettier-ignore
  ['-5', 'parsing time "-5" as "2006-01-02": cannot parse "-5" as "2006"'],
] as const) {
  test(`${text} is refused in docker's words`, () => {
    assert.throws(() => parseTimeArgument(text, now), { message: said });
  });
}

test.run();
