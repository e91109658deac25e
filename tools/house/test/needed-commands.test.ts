import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout, unlistedCommands } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

test('a program that no listed package installs is found', async () => {
  await using made = await madeUp({
    'tools/start/debian-packages.json': [{ package: 'jq', shows: 'command:jq' }],
    'packages/a/test/x.test.ts': `needs('command:jq', 'command:sh', 'command:strace')`,
  });
  assert.equal(unlistedCommands(made.path), [
    'packages/a/test/x.test.ts: strace is not in tools/start/debian-packages.json',
  ]);
});

test('npm test installs what the tests of this checkout need', () => {
  assert.equal(unlistedCommands(checkout), []);
});

test.run();
