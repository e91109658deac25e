import assert from 'node:assert/strict';
import { test } from 'uvu';
import { parseGoTime } from '../src/go-time.ts';

const zoned = '2006-01-02T15:04:05Z07:00';
const nano = '2006-01-02T15:04:05.999999999Z07:00';
const date = '2006-01-02';

for (const [text, layout, utc, fraction] of [
  ['2026-11-25', date, '2026-11-25T00:00:00Z', 0n],
  ['2024-02-29', date, '2024-02-29T00:00:00Z', 0n],
  ['0001-01-01', date, '0001-01-01T00:00:00Z', 0n],
  ['2026-11-25T7', '2006-01-02T15', '2026-11-25T07:00:00Z', 0n],
  ['2026-11-25T10:30', '2006-01-02T15:04', '2026-11-25T10:30:00Z', 0n],
  ['2026-11-25T10:30:05Z', zoned, '2026-11-25T10:30:05Z', 0n],
  ['2026-11-25T10:30:05+05:30', zoned, '2026-11-25T05:00:05Z', 0n],
  ['2026-11-25T23:30:05-01:00', zoned, '2026-11-26T00:30:05Z', 0n],
  ['2026-11-25T10:30:05.000000001Z', nano, '2026-11-25T10:30:05Z', 1n],
  ['2026-11-25T10:30:05.25Z', nano, '2026-11-25T10:30:05Z', 250_000_000n],
  ['2026-11-25T10:30:05,5Z', zoned, '2026-11-25T10:30:05Z', 500_000_000n],
  ['2026-11-25T10:30:05.1234567899Z', nano, '2026-11-25T10:30:05Z', 123_456_789n],
  ['2026-11-25T10:30:05Z', nano, '2026-11-25T10:30:05Z', 0n],
  ['1969-12-31T23:59:59.5Z', nano, '1969-12-31T23:59:59Z', 500_000_000n],
] as const) {
  test(`${text} as ${layout}`, () => {
    const expected = BigInt(Date.parse(utc)) * 1_000_000n + fraction;
    assert.equal(parseGoTime(text, layout, 0), expected);
  });
}

test('what has no zone is so many minutes east of UTC', () => {
  assert.equal(parseGoTime('1970-01-01', date, 60), -3_600_000_000_000n);
  assert.equal(parseGoTime('1970-01-01T00:00:00Z', zoned, 60), 0n);
});

for (const [text, layout, said] of [
  ['2026-13-01', date, 'parsing time "2026-13-01": month out of range'],
  ['2026-00-01', date, 'parsing time "2026-00-01": month out of range'],
  ['2026-02-30', date, 'parsing time "2026-02-30": day out of range'],
  ['2026-02-00', date, 'parsing time "2026-02-00": day out of range'],
  ['2026-11-25T24:00:00Z', zoned, 'parsing time "2026-11-25T24:00:00Z": hour out of range'],
  ['2026-11-25T10:60:00Z', zoned, 'parsing time "2026-11-25T10:60:00Z": minute out of range'],
  ['2026-11-25T10:00:60Z', zoned, 'parsing time "2026-11-25T10:00:60Z": second out of range'],
  ['2026-11-25x', date, 'parsing time "2026-11-25x": extra text: "x"'],
  ['1h-', date, 'parsing time "1h-" as "2006-01-02": cannot parse "1h-" as "2006"'],
  ['2026-1-01', date, 'parsing time "2026-1-01" as "2006-01-02": cannot parse "1-01" as "01"'],
  ['2026-', date, 'parsing time "2026-" as "2006-01-02": cannot parse "" as "01"'],
  ['2026/11-25', date, 'parsing time "2026/11-25" as "2006-01-02": cannot parse "/11-25" as "-"'],
] as const) {
  test(`${text} is refused as Go does`, () => {
    assert.throws(() => parseGoTime(text, layout, 0), { message: said });
  });
}

test.run();
