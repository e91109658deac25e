import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requestedRange } from '../../src/serve/range.ts';

const whole = undefined;
const table: [string, number, { start: number; end: number } | undefined][] = [
  ['bytes=0-0', 10, { start: 0, end: 1 }],
  ['bytes=2-5', 10, { start: 2, end: 6 }],
  ['bytes=2-', 10, { start: 2, end: 10 }],
  ['bytes=2-99', 10, { start: 2, end: 10 }],
  ['bytes=-3', 10, { start: 7, end: 10 }],
  ['bytes=-99', 10, { start: 0, end: 10 }],
  ['bytes=5-2', 10, whole],
  ['bytes=-', 10, whole],
  ['bytes=0-1,4-5', 10, whole],
  ['items=0-1', 10, whole],
  ['bytes=a-b', 10, whole],
  [`bytes=0-${'9'.repeat(400)}`, 10, whole],
];

for (const [range, size, expected] of table) {
  test(`${range.slice(0, 40)} of ${size}`, () => {
    assert.equal(requestedRange({ range }, size, '"x"'), expected);
  });
}

for (const [range, size] of [
  ['bytes=10-', 10],
  ['bytes=99-100', 10],
  ['bytes=-0', 10],
  ['bytes=0-', 0],
] as const) {
  test(`${range} of ${size} is beyond the end`, () => {
    try {
      requestedRange({ range }, size, '"x"');
      assert.unreachable();
    } catch (error) {
      const { code, headers } = error as { code: string; headers: Record<string, string> };
      assert.is(code, 'RANGE_INVALID');
      assert.is(headers['Content-Range'], `bytes */${size}`);
    }
  });
}

test('If-Range for other contents asks for the whole', () => {
  assert.is(requestedRange({ range: 'bytes=0-1', 'if-range': '"y"' }, 10, '"x"'), whole);
  assert.equal(requestedRange({ range: 'bytes=0-1', 'if-range': '"x"' }, 10, '"x"'), {
    start: 0,
    end: 2,
  });
});

test.run();
