import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout, importViolations, importsOf } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

const manifest = (name: string, ...dependencies: string[]): object => ({
  name: `@ctrkit/${name}`,
  dependencies: Object.fromEntries(dependencies.map((one) => [one, '0.1.0'])),
});

test('every form of import is seen, comments are not', () => {
  const text = `
    import a from 'a';
    import type { B } from "b";
    import 'c';
    export * from 'd';
    const e = await import('e');
    const f = require('f');
    import {
      g,
    } from 'g';
    // import x from 'x';
    /* import('y') */
    const url = 'http://z'; // from 'z'
    const [flag, value] = ['--cache-from', flags['cache-from']];
  `;
  assert.equal(importsOf(text), ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
});

test('a tool that imports another tool is found', async () => {
  await using made = await madeUp({
    'packages/rootfs/package.json': manifest('rootfs', '@ctrkit/cgroup'),
    'packages/rootfs/src/a.ts': `import { x } from '@ctrkit/cgroup';`,
  });
  assert.equal(
    importViolations(made.path).map((line) => line.split(':')[0]),
    ['packages/rootfs/package.json', 'packages/rootfs/src/a.ts'],
  );
});

test('an import that package.json does not list is found', async () => {
  await using made = await madeUp({
    'packages/layout/package.json': manifest('layout', '@ctrkit/oci'),
    'packages/layout/src/a.ts': `import '@ctrkit/oci'; await import('tar');`,
  });
  assert.is(importViolations(made.path).length, 1);
});

test('cli-kit is for commands only', async () => {
  await using made = await madeUp({
    'packages/rootfs/package.json': manifest('rootfs', '@ctrkit/cli-kit'),
    'packages/rootfs/src/bin.ts': `import '@ctrkit/cli-kit';`,
    'packages/rootfs/src/commands/unpack.ts': `import '@ctrkit/cli-kit';`,
    'packages/rootfs/src/unpack.ts': `import '@ctrkit/cli-kit';`,
  });
  const found = importViolations(made.path);
  assert.is(found.length, 1);
  assert.match(found[0] ?? '', /^packages\/rootfs\/src\/unpack\.ts: /);
});

test('a path into another package is found', async () => {
  await using made = await madeUp({
    'packages/rootfs/package.json': manifest('rootfs'),
    'packages/rootfs/src/a/b.ts': `import '../c.ts'; import '../../../oci/src/digest.ts';`,
  });
  assert.is(importViolations(made.path).length, 1);
});

test('a package that the table does not know may import nothing of ours', async () => {
  await using made = await madeUp({
    'packages/other/package.json': manifest('other', '@ctrkit/oci'),
  });
  assert.is(importViolations(made.path).length, 1);
});

test('this checkout holds to the import table', () => {
  assert.equal(importViolations(checkout), []);
});

test.run();
