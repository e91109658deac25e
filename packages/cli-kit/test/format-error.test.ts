import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatError, formatErrorJson } from '../src/index.ts';

class LayoutError extends Error {
  readonly code = 'BLOB_NOT_FOUND';
  readonly hint = 'pull it again';
  readonly digest = 'sha256:abc';
  readonly sizes = [1, 2];
  readonly socket = { secret: true };
}
const error = new LayoutError('blob sha256:abc is not there', { cause: new Error('ENOENT') });

test('people read what is wrong and the remedy, and no stack', () =>
  assert.equal(formatError(error, { name: 'ctr' }), [
    'ctr: blob sha256:abc is not there',
    'hint: pull it again',
  ]));

test('debug adds the stacks of the error and its causes', () => {
  const lines = formatError(error, { name: 'ctr', debug: true });
  assert.ok(lines.some((line) => line.startsWith('    at ')));
  assert.ok(lines.includes('caused by: Error: ENOENT'));
});

test('programs read the code and the data', () =>
  assert.equal(formatErrorJson(error), {
    error: {
      code: 'BLOB_NOT_FOUND',
      message: 'blob sha256:abc is not there',
      hint: 'pull it again',
      digest: 'sha256:abc',
      sizes: [1, 2],
    },
  }));

test('a mistake in the program says so', () => {
  const [message = ''] = formatError(new TypeError('x is not a function'), { name: 'ctr' });
  assert.match(message, /internal error: TypeError: x is not a function/);
  assert.is(formatErrorJson(new TypeError('x')).error['code'], 'INTERNAL');
});

test('an error of the system is told as it is', () => {
  const system = Object.assign(new Error("EACCES: permission denied, open '/x'"), {
    code: 'EACCES',
  });
  assert.equal(formatError(system, { name: 'ctr' }), ["ctr: EACCES: permission denied, open '/x'"]);
});

test('what is thrown need not be an error', () => {
  assert.equal(formatError('just text'), ['just text']);
  assert.equal(formatError(undefined), ['undefined']);
});

test('a message cannot steer the terminal', () =>
  assert.equal(formatError(new Error('no \u001b[2Jimage')), ['no \\u001b[2Jimage']));

test('all errors of several', () => {
  const several = new AggregateError([new Error('one'), new Error('two')], 'both failed');
  const text = formatError(several, { debug: true }).join('\n');
  assert.match(text, /caused by: Error: one[^]*caused by: Error: two/);
});

test.run();
