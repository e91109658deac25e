import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errnoName, parseReport } from '../src/report.ts';

test('errnos have their names; what Node does not know keeps its number', () => {
  assert.is(errnoName(1), 'EPERM');
  assert.is(errnoName(40), 'ELOOP');
  assert.is(errnoName(9999), 'E9999');
});

test('a failure says where the plan stopped', () => {
  const line =
    '{"event":"error","step":3,"operation":"mount","call":"fsopen","errno":1,"path":"x"}';
  const expected = { step: 3, operation: 'mount', call: 'fsopen', errno: 'EPERM', path: 'x' };
  assert.equal(parseReport(line), { event: 'error', ...expected });
});

test('a file comes as its bytes, or with the reason why not', () => {
  const bytes = parseReport('{"event":"file","path":"/etc/passwd","base64":"AAE="}');
  assert.equal(bytes, { event: 'file', path: '/etc/passwd', bytes: Buffer.from([0, 1]) });
  const absent = parseReport('{"event":"file","path":"/etc/passwd","errno":2}');
  assert.equal(absent, { event: 'file', path: '/etc/passwd', errno: 'ENOENT' });
  const empty = parseReport('{"event":"file","path":"/x","base64":""}');
  assert.equal(empty, { event: 'file', path: '/x', bytes: Buffer.alloc(0) });
});

test('the end of a program', () => {
  const end = parseReport('{"event":"exited","code":137,"signal":9}');
  assert.equal(end, { event: 'exited', code: 137, signal: 9 });
});

test.run();
