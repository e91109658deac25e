import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAge, formatDuration } from '../src/index.ts';

const hour = 3600;
const day = 24 * hour;
// go-units HumanDuration, which docker uses.
const cases: readonly [number, string][] = [
  [0, 'Less than a second'],
  [0.999, 'Less than a second'],
  [1, '1 second'],
  [1.9, '1 second'],
  [3, '3 seconds'],
  [59, '59 seconds'],
  [60, 'About a minute'],
  [119, 'About a minute'],
  [120, '2 minutes'],
  [59 * 60, '59 minutes'],
  [hour, 'About an hour'],
  [1.49 * hour, 'About an hour'],
  [1.5 * hour, '2 hours'],
  [47 * hour, '47 hours'],
  [48 * hour, '2 days'],
  [13 * day, '13 days'],
  [14 * day, '2 weeks'],
  [59 * day, '8 weeks'],
  [60 * day, '2 months'],
  [729 * day, '24 months'],
  [730 * day, '2 years'],
];
for (const [seconds, text] of cases) {
  test(`${seconds} s`, () => assert.is(formatDuration(seconds * 1000), text));
}

test('ago', () => {
  const now = new Date('2026-01-01T00:00:10Z');
  assert.is(formatAge(new Date('2026-01-01T00:00:07Z'), now), '3 seconds ago');
  assert.is(formatAge(new Date('2026-01-01T00:01:00Z'), now), 'Less than a second ago');
});

test.run();
