import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob, 'command:script')) {
  test('diff, export and commit: what a container changed, as letters, as an archive, as an image', async () => {
    await inWorld(async ({ ctr, registry, directory, env }) => {
      const script = 'echo hi > /new; rm /bin/zcat; mkdir /d; touch /d/f; echo >> /etc/passwd';
      await ctr('run', '--name', 'web', `${registry}/busybox`, 'sh', '-c', script);
      assert.equal(
        (await ctr('diff', 'web')).stdout,
        'C /bin\nD /bin/zcat\nA /d\nA /d/f\nC /etc\nC /etc/passwd\nA /new\n',
      );

      const archive = join(directory, 'web.tar');
      assert.equal((await ctr('export', '-o', archive, 'web')).code, 0);
      const listed = await run(['tar', '-tf', archive, 'd/f', 'etc/passwd', 'new']);
      assert.equal(listed.stdout, 'd/f\netc/passwd\nnew\n');
      assert.notEqual((await run(['tar', '-tf', archive, 'bin/zcat'])).code, 0);

      const changed = ['-c', 'CMD ["cat", "/new"]', '-m', 'a message', '-a', 'me'];
      const made = await ctr('commit', ...changed, 'web', 'mine:1');
      assert.match(made.stdout, /^sha256:[0-9a-f]{64}\n$/);
      assert.equal((await ctr('run', '--rm', 'mine:1')).stdout, 'hi\n');
      const steps = await ctr('history', '--format', '{{.CreatedBy}}|{{.Comment}}', 'mine:1');
      assert.equal(steps.stdout.split('\n')[0], 'sh -c echo hi > /new; rm /bin/zcat; mkdir /d…|a message'); // prettier-ignore
      const { stdout } = await ctr('image', 'inspect', '-f', '{{.Author}} {{json .Config.Cmd}}', 'mine:1'); // prettier-ignore
      assert.equal(stdout, 'me ["cat","/new"]\n');

      for (const command of ['diff', 'export', 'commit']) {
        const { code, stderr } = await ctr(command, 'nosuch');
        assert.equal(code, 1);
        assert.match(stderr, /No such container: nosuch/);
      }
      const nowhere = join(directory, 'none/x.tar');
      const refused = await ctr('export', '-o', nowhere, 'web');
      assert.match(refused.stderr, /failed to export container: invalid output path/);
      assert.ok(!existsSync(nowhere));
      const terminal = await run(
        ['script', '-qec', `'${process.execPath}' '${commandPath('ctr')}' export web`, '/dev/null'],
        { env },
      );
      assert.match(terminal.stdout, /cowardly refusing to save to a terminal/);
      assert.equal(terminal.code, 1);
    });
  });
}

test.run();
