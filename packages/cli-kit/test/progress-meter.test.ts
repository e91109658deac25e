import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createMeter, formatRemaining } from '../src/progress-meter.ts';

const downloading = (id: string, current: number) =>
  ({ type: 'layer', id, status: 'downloading', current, total: 1e9 }) as const;

test('what arrives in the last seconds, of all layers together', () => {
  const meter = createMeter();
  for (let second = 0; second <= 10; second += 1) {
    meter.note(downloading('a', second * 1000), second * 1000);
    meter.note(downloading('b', second * 500), second * 1000);
  }
  assert.is(meter.speed(10_000), 1500);
  // Nothing more comes.
  assert.is(meter.speed(12_000), 900);
  assert.is(meter.speed(15_000), 0);
  assert.is(meter.speed(60_000), 0);
});

test('what was there before is no speed, nor is a layer that begins again', () => {
  const meter = createMeter();
  meter.note(downloading('a', 1e8), 0);
  meter.note({ type: 'layer', id: 'b', status: 'exists', current: 1e8, total: 1e8 }, 0);
  meter.note(downloading('a', 1e8 + 1000), 1000);
  assert.is(meter.speed(1000), 1000);
  meter.note({ ...downloading('a', 0), status: 'retrying' }, 1000);
  meter.note(downloading('a', 1000), 2000);
  assert.is(meter.speed(2000), 1000);
});

test('nothing is told before there is something to tell', () => {
  const meter = createMeter();
  assert.is(meter.speed(0), undefined);
  meter.note(downloading('a', 0), 0);
  meter.note(downloading('a', 1e6), 10);
  assert.is(meter.speed(20), undefined);
});

for (const [bytes, speed, text] of [
  [1000, 1000, '1s'],
  [59_001, 1000, '1m0s'],
  [125_000, 1000, '2m5s'],
  [3_780_000, 1000, '1h3m'],
  [1e12, 1, undefined],
  [1000, 0, undefined],
  [1000, undefined, undefined],
  [0, 1000, undefined],
] as const) {
  test(`${bytes} bytes at ${speed}/s: ${text}`, () => {
    assert.is(formatRemaining(bytes, speed), text);
  });
}

test.run();
