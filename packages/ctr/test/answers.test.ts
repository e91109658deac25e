import assert from 'node:assert/strict';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

type Answers = readonly (readonly [line: string, code: number, stdout: string, stderr: RegExp])[];

const nothing = /^$/;

/** One after the other: later ones see what earlier ones did. */
async function assertAnswers({ ctr }: World, answers: Answers): Promise<void> {
  for (const [line, code, stdout, stderr] of answers) {
    const answer = await ctr(...line.split(' '));
    assert.deepEqual({ code: answer.code, stdout: answer.stdout }, { code, stdout }, line);
    assert.match(answer.stderr, stderr, line);
  }
}

if (needs(...mainJob)) {
  test('one operand that fails keeps no other from being done', () =>
    inWorld(async (world) => {
      await world.shell('ctr run -d --name known -t $R/busybox sleep 1000');
      await assertAnswers(world, [
        ['start known', 0, 'known\n', nothing],
        ['start nosuch known', 1, 'known\n', /nosuch/u],
        ['rm known', 1, '', /running/u],
        ['stop -t 0 nosuch known', 1, 'known\n', /nosuch/u],
        ['stop known', 0, 'known\n', nothing],
        ['kill known', 1, '', /not running/u],
        ['exec known true', 1, '', /not running/u],
        ['attach known', 1, '', /not running|stopped/u],
        ['wait known nosuch', 1, '137\n', /nosuch/u],
        ['restart -t 0 nosuch known', 1, 'known\n', /nosuch/u],
        ['kill nosuch known', 1, 'known\n', /nosuch/u],
        ['rm -f nosuch known', 0, 'known\n', /nosuch/u],
        ['inspect known', 1, '[]\n', /no such object: known/iu],
      ]);
    }));

  test('a command that cannot be run in a container', () =>
    inWorld(async (world) => {
      await world.shell('ctr run -d --name known $R/busybox sleep 1000');
      await assertAnswers(world, [
        ['exec known /nosuch', 127, '', /nosuch/u],
        ['exec known /etc', 126, '', /etc/u],
        ['exec known sh -c exit\t5', 5, '', nothing],
        ['inspect --format {{.State.Status}} known', 0, 'running\n', nothing],
      ]);
    }));

  test('prune removes what does not run, and with --dry-run only says so', () =>
    inWorld(async (world) => {
      const { ctr, shell } = world;
      await shell(
        'ctr run -d --name runs $R/busybox sleep 1000; ctr create --name made $R/busybox true',
      );
      await assertAnswers(world, [['logs made', 0, '', nothing]]);
      const names = async (): Promise<string> =>
        (await ctr('ps', '-a', '--format', '{{.Names}}')).stdout;
      const dry = await ctr('container', 'prune', '--dry-run');
      assert.equal(dry.code, 0, dry.stderr);
      assert.equal(await names(), 'made\nruns\n');
      const pruned = await ctr('container', 'prune', '-f');
      assert.equal(pruned.code, 0, pruned.stderr);
      assert.equal(await names(), 'runs\n');
      await ctr('rm', '-f', 'runs');
      const all = await ctr('system', 'prune', '-af');
      assert.equal(all.code, 0, all.stderr);
      assert.equal((await ctr('images', '-q')).stdout, '');
    }));
}

test.run();
