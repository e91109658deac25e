import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execForm } from '@ctrkit/oci';

const table: [text: string, expected: string[] | undefined][] = [
  ['["a", "b c"]', ['a', 'b c']],
  [' \t["a"] ', ['a']],
  ['[]', []],
  ['["\\u0041"]', ['A']],
  ['sh -c x', undefined],
  ["['a']", undefined],
  ['["a"', undefined],
  ['["a"] && b', undefined],
  ['{"a": 1}', undefined],
];

for (const [text, expected] of table) {
  test(text, () => assert.equal(execForm(text), expected));
}

for (const text of ['[1]', '["a", null]', '[["a"]]', '[{}]']) {
  test(`refused: ${text}`, () => assert.throws(() => execForm(text), TypeError));
}

test('a deep list is no command', () => {
  assert.is(execForm('['.repeat(100_000)), undefined);
});

test.run();
