import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createProgress, type ProgressEvent, type ProgressMode } from '../src/index.ts';
import { describeLayers } from '../src/progress-live.ts';
import { memoryOutput } from './memory.ts';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`) as [
  string,
  string,
  string,
];
const events: readonly ProgressEvent[] = [
  { type: 'message', text: 'Pulling from library/busybox\u001b' },
  { type: 'layer', id: a, status: 'exists' },
  { type: 'layer', id: b, status: 'downloading', current: 0, total: 10 },
  { type: 'layer', id: b, status: 'retrying', current: 5, total: 10 },
  { type: 'layer', id: c, status: 'downloaded' },
  { type: 'layer', id: b, status: 'downloaded' },
  { type: 'layer', id: b, status: 'unpacking' },
  { type: 'layer', id: b, status: 'done' },
  { type: 'rate-limit', registry: 'docker.io', limit: 100, remaining: 76, windowSeconds: 21_600 },
];
function shown(mode: ProgressMode): string {
  const output = memoryOutput();
  const progress = createProgress({ mode, output });
  for (const event of events) progress.event(event);
  progress.stop();
  progress.stop();
  return output.text;
}

const plain = [
  'Pulling from library/busybox\\u001b',
  'aaaaaaaaaaaa: Already exists',
  'bbbbbbbbbbbb: Retrying',
  'bbbbbbbbbbbb: Pull complete',
  'docker.io: 76 of 100 pulls left, in 6 hours',
  'cccccccccccc: Download complete',
  '',
].join('\n');
test('plain: one line a layer, when it is complete', () => assert.is(shown('plain'), plain));
test('auto in a pipe is plain', () => assert.is(shown('auto'), plain));
test('none is nothing', () => assert.is(shown('none'), ''));
test('json: one object an event', () => {
  const lines = shown('json').trimEnd().split('\n');
  assert.equal(
    lines.map((line) => JSON.parse(line) as ProgressEvent),
    events,
  );
  assert.not(shown('json').includes('\u001b'));
});

test('on the way to a registry: docker’s words', () => {
  const output = memoryOutput();
  const progress = createProgress({ mode: 'plain', output });
  progress.event({ type: 'layer', id: a, status: 'present' });
  progress.event({ type: 'layer', id: b, status: 'pushing', current: 1, total: 10 });
  progress.event({ type: 'layer', id: b, status: 'pushed', current: 10, total: 10 });
  progress.event({ type: 'layer', id: c, status: 'mounted', from: 'library/busybox\u001b' });
  progress.stop();
  const lines = [
    'aaaaaaaaaaaa: Layer already exists',
    'bbbbbbbbbbbb: Pushed',
    'cccccccccccc: Mounted from library/busybox\\u001b',
  ];
  assert.is(output.text, `${lines.join('\n')}\n`);
});

test('the live line sums up', () => {
  const layers = new Map([
    [a, { type: 'layer', id: a, status: 'exists' }],
    [b, { type: 'layer', id: b, status: 'downloading', current: 2e6, total: 1e7 }],
    [c, { type: 'layer', id: c, status: 'unpacking', current: 1e6, total: 1e6 }],
  ] as const);
  assert.is(describeLayers(layers), '1/3 layers  3MB/11MB  unpacking');
  assert.is(describeLayers(layers, 2e6), '1/3 layers  3MB/11MB  2MB/s  4s left  unpacking');
  assert.is(describeLayers(layers, 0), '1/3 layers  3MB/11MB  0B/s  unpacking');
});

test('the live line of a push', () => {
  const layers = new Map([
    [a, { type: 'layer', id: a, status: 'present', current: 1e6, total: 1e6 }],
    [b, { type: 'layer', id: b, status: 'pushing', current: 2e6, total: 1e7 }],
    [c, { type: 'layer', id: c, status: 'mounted', current: 1e6, total: 1e6 }],
  ] as const);
  assert.is(describeLayers(layers, 2e6), '2/3 layers  4MB/12MB  2MB/s  4s left');
});

test.run();
