import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseChangeMode } from '../../src/layer/change-mode.ts';

const changed = (text: string, mode: number, isDirectory = false): string =>
  parseChangeMode(text)({ mode, isDirectory }).toString(8);

test('octal digits and the clauses of chmod(1)', () => {
  const table: [text: string, mode: number, result: string][] = [
    ['755', 0o600, '755'],
    ['4755', 0o600, '4755'],
    ['0644', 0o777, '644'],
    ['+x', 0o644, '755'],
    ['u+x', 0o644, '744'],
    ['go-rwx', 0o755, '700'],
    ['a=r', 0o755, '444'],
    ['u=rwX,go=rX', 0o600, '644'],
    ['u=rwX,go=rX', 0o700, '755'],
    ['g=u', 0o640, '660'],
    ['u+s,+t', 0o755, '5755'],
    ['u=rw,u+x', 0o644, '744'],
    ['u=rw+x', 0o044, '744'],
  ];
  for (const [text, mode, result] of table) assert.is(changed(text, mode), result, text);
  assert.is(changed('go=rX', 0o700, true), '755');
});

test('anything else is an error', () => {
  for (const text of ['', '8', '99999', '77777', 'u', 'x+', 'u+q', 'u=rw,', 'rwx']) {
    assert.throws(() => parseChangeMode(text), /chmod/, text);
  }
});

test.run();
