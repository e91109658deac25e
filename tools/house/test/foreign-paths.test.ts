import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout, foreignPaths } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

const [work, shared] = [['', 'work', 'main'].join('/'), ['..', 'shared', 'x'].join('/')];

test('a path of one machine is found, a folder named work inside another path is not', async () => {
  await using made = await madeUp({
    'a.md': `see ${work}\nsee \`${shared}\`\ncontainers/<id>${work}\n\${root}${work}\n`,
  });
  assert.equal(
    foreignPaths(made.path).map((line) => line.split(': ')[0]),
    ['a.md:1', 'a.md:2'],
  );
});

test('no file of this checkout names a path of one machine', () => {
  assert.equal(foreignPaths(checkout), []);
});

test.run();
