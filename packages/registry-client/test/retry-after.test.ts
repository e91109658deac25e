import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRetryAfter } from '../src/http/retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test('seconds', () => {
  assert.is(parseRetryAfter('2', now), 2000);
  assert.is(parseRetryAfter(' 0 ', now), 0);
  assert.is(parseRetryAfter('99999999999', now), 99_999_999_999_000);
});

test('a date, also one that is past', () => {
  assert.is(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
  assert.is(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
});

test('missing or absurd says nothing', () => {
  for (const text of [undefined, '', 'soon', '-1', '1.5', '2 s', 'GMT']) {
    assert.is(parseRetryAfter(text, now), undefined, String(text));
  }
});

test.run();
