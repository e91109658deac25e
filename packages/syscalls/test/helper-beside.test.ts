import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { helperBeside } from '../src/helper-beside.ts';

const platform = `@ctrkit/syscalls-linux-${process.arch}/ctr-helper`;
const built = '@ctrkit/syscalls/dist/ctr-helper';

const installed: readonly [string, string][] = [
  ['of its own', join('node_modules/@ctrkit/ctr/node_modules', platform)],
  ['beside it', join('node_modules', platform)],
  ['built in the package', join('node_modules', built)],
];
for (const [name, path] of installed) {
  test(`the helper of an installed command: ${name}`, async () => {
    await using directory = await temporaryDirectory();
    const helper = join(directory.path, path);
    mkdirSync(dirname(helper), { recursive: true });
    writeFileSync(helper, '');
    const command = join(directory.path, 'node_modules/@ctrkit/ctr/dist/bundle');
    assert.is(helperBeside(command), helper);
  });
}

test('none is installed', async () => {
  await using directory = await temporaryDirectory();
  assert.is(helperBeside(directory.path), undefined);
});

test.run();
