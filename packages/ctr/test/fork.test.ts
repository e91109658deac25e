import assert from 'node:assert/strict';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('fork: another container on the files of one, run as that is', async () => {
    await inWorld(async ({ ctr, shell }) => {
      const script = 'test -e /f && cat /f; echo $A >> /f; hostname > /name';
      await shell(`ctr run --name one -e A=1 -l x=y $R/busybox sh -c '${script}'`);
      const again = await ctr('fork', '--name', 'two', '-e', 'A=2', 'one');
      assert.deepEqual([again.code, again.stdout, again.stderr], [0, '1\n', '']);
      assert.equal((await ctr('fork', '--rm', 'two', 'cat', '/f')).stdout, '1\n2\n');
      assert.equal((await ctr('start', '-a', 'one')).stdout, '1\n');
      const shown = await ctr(
        'ps',
        '-a',
        '--filter',
        'label=x=y',
        '--format',
        '{{.Names}} {{.Image}}',
      );
      assert.match(shown.stdout, /^two \S+\/busybox\none \S+\/busybox\n$/);

      assert.equal((await ctr('rm', 'one')).code, 0);
      assert.equal((await ctr('system', 'prune', '-af', '--dry-run')).code, 0);
      assert.equal((await ctr('image', 'prune', '-af')).code, 0);
      assert.equal((await ctr('fork', '--rm', 'two', 'cat', '/f')).stdout, '1\n2\n');

      const made = await ctr('fork', '--no-start', '--name', 'three', 'two', 'sleep', '1000');
      assert.match(made.stdout, /^[0-9a-f]{64}\n$/);
      assert.equal((await ctr('start', 'three')).code, 0);
      const running = await ctr('fork', '-d', '--name', 'four', 'three');
      assert.match(running.stdout, /^[0-9a-f]{64}\n$/);
      assert.equal((await ctr('exec', 'four', 'cat', '/f')).stdout, '1\n2\n');
      assert.equal((await ctr('ps', '-q')).stdout.trim().split('\n').length, 2);
    });
  });

  test('fork answers as run does to what it cannot do', async () => {
    await inWorld(async ({ ctr, shell }) => {
      await shell('ctr run --name one $R/busybox true');
      const answers: [string, number, RegExp][] = [
        ['fork nosuch', 125, /No such container: nosuch/],
        ['fork --name one one', 125, /Conflict/],
        ['fork one nosuch', 127, /nosuch/],
        ['fork one /etc', 126, /etc/],
        ['fork --memory 1 one', 125, /Minimum memory limit/],
        ['fork -it one sh', 1, /not a TTY/],
        ['fork one sh -c', 2, /-c/],
        ['fork', 1, /requires at least 1 argument/],
      ];
      for (const [line, code, stderr] of answers) {
        const answer = await ctr(...line.split(' '));
        assert.equal(answer.code, code, `${line}: ${answer.stderr}`);
        assert.match(answer.stderr, stderr, line);
      }
    });
  });
}

test.run();
