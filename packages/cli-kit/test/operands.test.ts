import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Operands } from '../src/index.ts';
import { checkOperands, operandCount } from '../src/operands.ts';
import { refusal } from './throws.ts';

const counts: readonly [string, number, number][] = [
  ['', 0, 0],
  ['REF', 1, 1],
  ['[NAME]', 0, 1],
  ['SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]', 2, 2],
  ['CONTAINER [CONTAINER...]', 1, Infinity],
  ['IMAGE...', 1, Infinity],
  ['IMAGE [COMMAND] [ARG...]', 1, Infinity],
  ['DIR -- COMMAND [ARG...]', 2, Infinity],
  ['FILE [NAME]', 1, 2],
];
for (const [operands, least, most] of counts) {
  test(`'${operands}' is ${least} to ${most}`, () =>
    assert.equal(operandCount(operands), { least, most }));
}

// The sentences of docker 28.2.2.
const complaints: readonly [string, string[], string][] = [
  ['', ['x'], "'ctr x' accepts no arguments"],
  ['A B', ['x'], "'ctr x' requires 2 arguments"],
  ['A', [], "'ctr x' requires 1 argument"],
  ['A [A...]', [], "'ctr x' requires at least 1 argument"],
  ['A B [C...]', ['x'], "'ctr x' requires at least 2 arguments"],
  ['[A]', ['x', 'y'], "'ctr x' requires at most 1 argument"],
  ['A [B]', [], "'ctr x' requires at least 1 and at most 2 arguments"],
];
for (const [operands, given, sentence] of complaints) {
  test(`'${operands}' given ${given.length}: docker's sentence, exit code 1`, async () => {
    const error = await refusal('WRONG_OPERAND_COUNT', () =>
      checkOperands('ctr x', operands, given),
    );
    assert.is(error.message, sentence);
    assert.is(error.exitCode, 1);
  });
}

test('what fits passes', () => {
  checkOperands('ctr x', 'A [B...]', ['1', '2', '3']);
  checkOperands('ctr x', '', []);
});

test('operands have types', () => {
  // The compiler checks these; each would not compile with another shape.
  const run: Operands<'IMAGE [COMMAND] [ARG...]'> = ['image', 'command', 'one', 'two'];
  const tag: Operands<'SOURCE TARGET'> = ['one', 'two'];
  const exec: Operands<'DIR -- COMMAND [ARG...]'> = ['dir', 'command'];
  const none: Operands<''> = [];
  // @ts-expect-error a required operand is missing
  const wrong: Operands<'SOURCE TARGET'> = ['one'];
  assert.equal(
    [run, tag, exec, none, wrong].map((tuple) => tuple.length),
    [4, 2, 2, 0, 1],
  );
});

test.run();
