import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout, loudLibraries } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

test('libraries that print, exit or read the command line are found', async () => {
  await using made = await madeUp({
    'packages/oci/package.json': {},
    'packages/oci/src/a.ts': `console.log(1);\nprocess.exit(1);\n// process.stdout\nprocess.argv`,
    'packages/oci/src/bin.ts': `process.exit(1)`,
    'packages/oci/src/commands/x.ts': `process.stdout.write('')`,
    'packages/cli-kit/package.json': {},
    'packages/cli-kit/src/a.ts': `process.stdout.write('')`,
  });
  assert.equal(loudLibraries(made.path), [
    'packages/oci/src/a.ts:1: console.log',
    'packages/oci/src/a.ts:2: process.exit',
    'packages/oci/src/a.ts:4: process.argv',
  ]);
});

test('the libraries of this checkout are quiet', () => {
  assert.equal(loudLibraries(checkout), []);
});

test.run();
