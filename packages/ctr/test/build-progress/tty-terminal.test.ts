import { fileURLToPath } from 'node:url';
import { needs, openTerminal } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const script = fileURLToPath(new URL('show-build.ts', import.meta.url));
const checkout = fileURLToPath(new URL('../../../..', import.meta.url));

if (needs('command:tmux')) {
  test('on a terminal: what is done stays, what is live goes away', async () => {
    // With CI set, ora takes no terminal for a person's.
    const { CI: _ci, ...env } = process.env;
    // What is typed must not move what is drawn.
    await using terminal = await openTerminal({ cwd: checkout, env, columns: 60 });
    await terminal.enter(
      `stty -echo; clear; '${process.execPath}' --import tsx --conditions=@ctrkit/source '${script}'`,
    );
    const live = await terminal.shows(/=> => # .*two/);
    assert.match(live, /^ => CACHED \[1\/3\] FROM busybox$/m);
    assert.match(
      live,
      /Building \d+\.\ds \(1\/3\)\n => \[2\/3\] RUN echo hi +\d+\.\ds\n => => # one\n/,
    );
    assert.ok(live.includes(String.raw`=> => # \u001b[2J\u001b[Htwo`), live);
    await terminal.press('Enter');
    const over = await terminal.shows(/^over$/m);
    assert.match(over, /=> CACHED \[1\/3\] FROM busybox\n => \[2\/3\] RUN echo hi +\d+\.\ds\nover/);
    assert.not.match(over, /Building|=> => #/);
    await terminal.press('Enter');
  });
}

test.run();
