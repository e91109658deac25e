import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkMachine, checkNode } from '../lib/check-machine.mjs';
import { Problem } from '../lib/problem.mjs';

function problemOf(check: () => void): string {
  try {
    check();
    return '';
  } catch (error) {
    assert.instance(error, Problem);
    return (error as Problem).message;
  }
}

test('Node from 20.19 on is new enough', () => {
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) {
    assert.is(
      problemOf(() => checkNode(version)),
      '',
    );
  }
  for (const version of ['20.18.9', '18.20.0', '8.0.0']) {
    assert.match(
      problemOf(() => checkNode(version)),
      version,
    );
  }
});

test('without a C compiler the remedy is named', () => {
  assert.match(
    problemOf(() => checkMachine(() => false)),
    'apt-get install gcc',
  );
  assert.is(
    problemOf(() => checkMachine((what: string) => what === 'command:musl-gcc')),
    '',
  );
});

test.run();
