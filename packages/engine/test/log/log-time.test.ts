import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { paddedTime, timeText } from '../../src/log/log-time.ts';

test('times of a log are padded to nine digits, and sort as text', () => {
  for (const [given, padded] of [
    ['2026-11-25T22:14:02.123456789Z', '2026-11-25T22:14:02.123456789Z'],
    ['2026-11-25T22:14:02.12Z', '2026-11-25T22:14:02.120000000Z'],
    ['2026-11-25T22:14:02Z', '2026-11-25T22:14:02.000000000Z'],
    ['2026-11-25T22:14:02.1234567891Z', undefined],
    ['2026-11-25T22:14:02+01:00', undefined],
    ['2026-11-25 22:14:02Z', undefined],
    ['now', undefined],
  ] as const) {
    assert.is(paddedTime(given), padded, given);
  }
});

test('moments, to the nanosecond', () => {
  for (const [given, text] of [
    [new Date('2026-11-25T22:14:02.123Z'), '2026-11-25T22:14:02.123000000Z'],
    [0n, '1970-01-01T00:00:00.000000000Z'],
    [1_999_999_999n, '1970-01-01T00:00:01.999999999Z'],
    [-1n, '1969-12-31T23:59:59.999999999Z'],
    [-(10n ** 30n), '0000-01-01T00:00:00.000000000Z'],
    [10n ** 30n, '9999-12-31T23:59:59.999999999Z'],
  ] as const) {
    assert.is(timeText(given), text);
  }
});

test.run();
