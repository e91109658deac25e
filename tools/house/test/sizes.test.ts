import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cFunctions, checkout, sizeViolations } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

const body = (lines: number): string => '  x();\n'.repeat(lines);

test('functions of C are measured from their name to their brace', () => {
  const text = `static int a;\nint prototype(void);\nstruct s {\n  int x;\n};\n\nstatic void one(int a,\n                int b) {\n${body(2)}}\n\nint two(void)\n{\n  if (x) {\n  }\n}\n`;
  assert.equal(
    cFunctions(text).map(({ name, lines }) => [name, lines]),
    [
      ['one', 5],
      ['two', 5],
    ],
  );
});

test('what is too long is found, and what is just not is not', async () => {
  await using made = await madeUp({
    'packages/a/src/long.ts': '\n'.repeat(351),
    'packages/a/src/just.ts': '\n'.repeat(350),
    'packages/a/test/table.test.ts': '\n'.repeat(400),
    'packages/syscalls/native/f.c': `void just(void) {\n${body(78)}}\nvoid over(void) {\n${body(79)}}\n`,
    'packages/syscalls/native/l.c': '\n'.repeat(401),
    'packages/syscalls/addon/a.c': '\n'.repeat(401),
  });
  assert.equal(
    sizeViolations(made.path).map((line) => line.split(' ').slice(0, 2).join(' ')),
    [
      'packages/a/src/long.ts: 351',
      'packages/syscalls/native/l.c: 401',
      'packages/syscalls/addon/a.c: 401',
      'packages/syscalls/native/f.c:81: over',
    ],
  );
});

test('the helper as a whole has a limit', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 11 }, (_, index) => [
      `packages/syscalls/native/${index}.c`,
      '\n'.repeat(390),
    ]),
  );
  await using made = await madeUp(files);
  assert.equal(sizeViolations(made.path), ['packages/syscalls/native: 4290 lines, more than 4000']);
});

test('nothing in this checkout is too long', () => {
  assert.equal(sizeViolations(checkout), []);
});

test.run();
