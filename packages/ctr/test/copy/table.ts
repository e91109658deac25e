import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWorld } from '../fixture.ts';
import { differences } from './differences.ts';
import { rows } from './rows.ts';
import { spoken } from './spoken.ts';
import { Rehearsal } from './stage.ts';
import type { Answer, State } from './stage.ts';

const recorded = JSON.parse(
  readFileSync(new URL('docker.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Answer>>;

function expectedOf(row: string): Answer {
  const answer = recorded[row];
  assert.ok(answer, `docker was never asked about: ${row}`);
  const { why: _why, ...own } = differences[row] ?? { why: '' };
  return { ...answer, stderr: spoken(answer.stderr), ...own };
}

/** Holds the rows that are picked to what docker does, or to what is done better; all failures are told at once. */
export function assertRows(
  state: State,
  pick: (row: string, index: number) => boolean,
): Promise<void> {
  // prettier-ignore
  return inWorld(async ({ registry, directory, env }) => {
    const stage = {
      command: '"$NODE" "$CTR"',
      image: `${registry}/busybox`,
      directory: join(directory, 'copies'),
      env: { ...env, TZ: 'UTC' },
    };
    const rehearsal = new Rehearsal(stage, state);
    await rehearsal.begin();
    const [actual, expected]: [Record<string, Answer>, Record<string, Answer>] = [{}, {}];
    for (const row of rows.filter(pick)) {
      const answer = await rehearsal.answerTo(row);
      actual[row] = { ...answer, stderr: spoken(answer.stderr) };
      expected[row] = expectedOf(row);
    }
    await rehearsal.end();
    assert.deepEqual(actual, expected);
  });
}
