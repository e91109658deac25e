import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runScript } from '../../src/index.ts';
import { parseOne } from './support.ts';

const table: [run: string, script: object][] = [
  ['RUN a b', { form: 'shell', line: 'a b' }],
  ['RUN ["a"]', { form: 'exec', args: ['a'] }],
  ['RUN <<E\na\n\tb\nE', { form: 'shell', line: 'a\n\tb\n' }],
  ['RUN <<-E\n\ta\n\tE', { form: 'shell', line: 'a\n' }],
  ['RUN <<E\n#!/bin/x\na\nE', { form: 'file', name: 'E', content: '#!/bin/x\na\n' }],
  ['RUN cat <<E >/x\na\nE', { form: 'shell', line: 'cat <<E >/x\na\nE' }],
  ['RUN <<A cat 3<<B\na\nA\nb\nB', { form: 'shell', line: '<<A cat 3<<B\na\nA\nb\nB' }],
];

for (const [run, script] of table) {
  test(run, () => {
    const instruction = parseOne(run);
    if (instruction.keyword !== 'RUN') throw new Error(run);
    assert.equal(runScript(instruction), script);
  });
}

test.run();
