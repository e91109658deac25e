import { test } from 'uvu';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from '@ctrkit/testing';
import type { Contender } from '../src/contender.ts';
import { interleave } from '../src/interleave.ts';

const env = { PATH: process.env['PATH'] };
const { signal } = new AbortController();

function shell(name: string, script: string, more: Partial<Contender> = {}): Contender {
  return { name, command: ['sh', '-c', script], env, ...more };
}

test('they run by turns, after the warm-up too, and only what comes after it counts', async () => {
  await using directory = await temporaryDirectory();
  const log = join(directory.path, 'log');
  const entrants = ['a', 'b'].map((name) => shell(name, `printf ${name} >> ${log}`));
  const outcomes = await interleave(entrants, { rounds: 2, warmUp: 1, signal });
  assert.equal(await readFile(log, 'utf8'), 'ababab');
  const counts = outcomes.map((outcome) => ('samples' in outcome ? outcome.samples.length : 0));
  assert.deepEqual(counts, [2, 2]);
});

test('the time before a run does not count', async () => {
  let prepared = 0;
  const before = async (): Promise<void> => {
    await sleep(100);
    prepared = performance.now();
  };
  const options = { rounds: 1, warmUp: 0, signal };
  const [outcome] = await interleave([shell('a', 'sleep 0.05', { before })], options);
  const since = performance.now() - prepared;
  assert.ok(outcome !== undefined && 'samples' in outcome);
  const milliseconds = outcome.samples[0]?.milliseconds ?? 0;
  assert.ok(milliseconds >= 50);
  assert.ok(milliseconds <= since);
});

test('who fails leaves with the reason; the others go on; who is missing stays in his place', async () => {
  const entrants = [
    shell('fails', 'echo first >&2; echo no such image >&2; exit 3'),
    { name: 'absent', missing: 'not installed' },
    shell('lacks its ground', 'true', { setUp: () => Promise.reject(new Error('no ground')) }),
    { name: 'not a program', command: ['/nonexistent'] as const, env },
    shell('goes on', 'true'),
  ];
  const outcomes = await interleave(entrants, { rounds: 2, warmUp: 0, signal });
  assert.deepEqual(
    outcomes.map((outcome) => ('missing' in outcome ? outcome.missing : 'measured')),
    [
      'sh ended with 3: no such image',
      'not installed',
      'no ground',
      'spawn /nonexistent ENOENT',
      'measured',
    ],
  );
});

test('the signal ends the run that is under way, with all that it started', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'pid');
  const controller = new AbortController();
  const entrant = shell('long', `sh -c 'echo $$ > ${file}; exec sleep 60' & wait`);
  const running = interleave([entrant], { rounds: 1, warmUp: 0, signal: controller.signal });
  let pid = '';
  while (!pid.endsWith('\n')) pid = await readFile(file, 'utf8').catch(() => '');
  controller.abort(new Error('stopped'));
  await assert.rejects(running, { message: 'stopped' });
  const state = await readFile(`/proc/${pid.trim()}/stat`, 'utf8').catch(() => ') Z');
  assert.match(state, /\) [ZX]/);
});

test.run();
