import { test } from 'uvu';
import assert from 'node:assert/strict';
import { parseArguments } from '../src/arguments.ts';

test('without flags everything is measured', () => {
  const { only, rounds, json } = parseArguments([]);
  assert.deepEqual(
    { only, rounds, json },
    {
      only: ['run', 'live', 'pull', 'archive', 'build', 'unpack', 'fork'],
      rounds: undefined,
      json: false,
    },
  );
});

test('flags choose sections, rounds, form and place', () => {
  const argv = ['--only', 'pull', '--only=run', '--runs', '7', '--json', '--work', '/x/y'];
  const { only, rounds, json, directory } = parseArguments(argv);
  assert.deepEqual(
    { only, rounds, json, directory },
    { only: ['pull', 'run'], rounds: 7, json: true, directory: '/x/y' },
  );
});

for (const argv of [
  ['--only', 'exec'],
  ['--runs', '0'],
  ['--runs', 'x'],
  ['--nosuchflag'],
  ['operand'],
]) {
  test(`${argv.join(' ')} is refused`, () => assert.throws(() => parseArguments(argv)));
}

test.run();
