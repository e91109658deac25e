import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseEntry } from '../../src/log/log-entry.ts';
import { recordOf } from './log-writer.ts';

const time = '2026-11-25T22:14:02.123456789Z';
const lineOf = (...given: Parameters<typeof recordOf>): string => recordOf(...given).trimEnd();

test('a line, and a last one without a newline', () => {
  const line = lineOf('a "b" \\ ü\u0001\n', { stream: 'stderr', time: '2026-11-25T22:14:02.1Z' });
  assert.equal(parseEntry(line), {
    stream: 'stderr',
    time: '2026-11-25T22:14:02.100000000Z',
    text: 'a "b" \\ ü\u0001\n',
    continues: false,
  });
  assert.equal(parseEntry(lineOf('end')), {
    stream: 'stdout',
    time,
    text: 'end',
    continues: false,
  });
});

test('16 KiB without a newline are a part; also where a character would have been cut', () => {
  for (const [text, continues] of [
    ['x'.repeat(16384), true],
    ['x'.repeat(16381), true],
    ['ü'.repeat(8192), true],
    ['\ufffd'.repeat(16384), true],
    ['x'.repeat(16000), false],
    [`${'x'.repeat(16384)}\n`, false],
  ] as const) {
    assert.is(parseEntry(lineOf(text))?.continues, continues, String(text.length));
  }
});

test('what a crash cut off is skipped, and what follows it on the line is kept', () => {
  const whole = lineOf('after "{\\"log\\":\\""\n');
  const torn = lineOf('torn "{"log":"x\n');
  for (let length = 1; length < torn.length; length++) {
    assert.is(parseEntry(torn.slice(0, length)), undefined);
    assert.is(parseEntry(torn.slice(0, length) + whole)?.text, 'after "{\\"log\\":\\""\n');
  }
  assert.is(parseEntry('\0'.repeat(4096) + whole)?.text, 'after "{\\"log\\":\\""\n');
  assert.is(parseEntry(torn.slice(0, 9) + torn.slice(0, 30) + whole)?.stream, 'stdout');
});

test('what is no record is damaged', () => {
  for (const line of [
    '',
    'null',
    '[]',
    '7',
    '"x"',
    '{"log":"a\\n","stream":"stdout"}',
    '{"log":7,"stream":"stdout","time":"2026-11-25T22:14:02Z"}',
    '{"log":"a\\n","stream":"stdin","time":"2026-11-25T22:14:02Z"}',
    '{"log":"a\\n","stream":"stdout","time":"yesterday"}',
  ]) {
    assert.is(parseEntry(line), undefined, line);
  }
});

test.run();
