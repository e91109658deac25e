import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout, importCircles } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

test('files that import each other are found, in whatever way they do', async () => {
  await using made = await madeUp({
    'packages/oci/package.json': { name: '@ctrkit/oci' },
    'packages/oci/src/index.ts': `export { a } from './a.ts';`,
    'packages/oci/src/a.ts': `import type { B } from './b/b.ts';`,
    'packages/oci/src/b/b.ts': `await import('../c.ts');`,
    'packages/oci/src/c.ts': `import { a } from './a.ts'; import './d.ts';`,
    'packages/oci/src/d.ts': '',
  });
  assert.equal(importCircles(made.path), [
    'packages/oci: src/a.ts → src/b/b.ts → src/c.ts → src/a.ts',
  ]);
});

test('no files of this checkout import each other', () => {
  assert.equal(importCircles(checkout), []);
});

test.run();
