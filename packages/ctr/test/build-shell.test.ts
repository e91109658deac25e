import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, openTerminal } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob, 'command:tmux')) {
  test('a shell on what a failed RUN left, and the build fails when it ends', async () => {
    await inWorld(async ({ ctr, registry, directory, env }) => {
      const lines = [`FROM ${registry}/busybox`, 'RUN echo so far > /left; exit 7', ''];
      writeFileSync(join(directory, 'Dockerfile'), lines.join('\n'));
      await using terminal = await openTerminal({ env, cwd: directory });
      const command = `'${process.execPath}' '${commandPath('ctr')}' build --shell-on-error .`;
      await terminal.enter(`${command}; echo code=$?`);
      await terminal.shows(/Step 2 ended with 7/);
      await terminal.enter('cat /left; echo in-$((1 + 1))');
      await terminal.shows(/so far\s+in-2/);
      await terminal.enter('exit 0');
      await terminal.shows(/code=7/);
      assert.equal((await ctr('ps', '-aq')).stdout, '');
      const elsewhere = await ctr('build', '--shell-on-error', directory);
      assert.match(elsewhere.stderr, /the input device is not a TTY/);
      assert.equal(elsewhere.code, 1);
    });
  });
}

test.run();
