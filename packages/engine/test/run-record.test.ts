import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../src/index.ts';
import { claimRun, isAbandoned, isDamaged, readRunRecord, removeRunRecord, writeRunRecord } from '../src/run-record.ts'; // prettier-ignore
import type { RunRecord } from '../src/run-record.ts';
import { codeOf, forge, forgeRun, idOf, noSuchPid, otherBoot, recordOf, reusedPid, runOf, testEngine } from './fixture.ts'; // prettier-ignore

const self = selfIdentity();
const id = idOf('a');
const mine: RunRecord = { id, owner: self, cgroupsPath: `ctr/${id}` };
const runsIn = (engine: Engine): string[] => readdirSync(join(engine.run, 'containers'));

test('who claims a container has it until it is given back', async () => {
  await using engine = await testEngine();
  assert.is(claimRun(engine, mine), true);
  assert.equal(readRunRecord(engine, id), mine);
  assert.is(claimRun(engine, { ...mine, cgroupsPath: 'other' }), false);
  assert.equal(readRunRecord(engine, id), mine);
  assert.equal(runsIn(engine), [id]);
  removeRunRecord(engine, id);
  removeRunRecord(engine, id);
  assert.is(readRunRecord(engine, id), undefined);
  assert.is(claimRun(engine, mine), true);
  assert.equal(readdirSync(join(engine.run, 'trash')), []);
});

test("the directory of a run is its owner's alone", async () => {
  await using engine = await testEngine();
  claimRun(engine, mine);
  assert.is(statSync(join(engine.run, 'containers', id)).mode & 0o777, 0o700);
});

test('one container says nothing of another', async () => {
  await using engine = await testEngine();
  assert.is(claimRun(engine, mine), true);
  assert.is(claimRun(engine, { ...mine, id: idOf('b') }), true);
  removeRunRecord(engine, id);
  assert.equal(runsIn(engine), [idOf('b')]);
});

test('what is known of it is replaced as a whole, while it is there', async () => {
  await using engine = await testEngine();
  claimRun(engine, mine);
  const started = {
    ...mine,
    process: self,
    supervisor: self,
    startedAt: '2026-01-02T03:04:06.000Z',
  };
  writeRunRecord(engine, started);
  assert.equal(readRunRecord(engine, id), started);
  assert.equal(readdirSync(join(engine.run, 'containers', id)), ['run.json']);
  removeRunRecord(engine, id);
  assert.is(await codeOf(() => writeRunRecord(engine, started)), 'ENOENT');
  assert.equal(runsIn(engine), []);
});

test('damaged: it says nothing, and it is not to be had as long as it is there', async () => {
  await using engine = await testEngine();
  const directory = join(engine.run, 'containers', id);
  mkdirSync(directory);
  for (const content of [
    '',
    '{"id"',
    'null',
    '[]',
    '"text"',
    JSON.stringify({ id }),
    JSON.stringify({ ...mine, id: idOf('b') }),
  ]) {
    // prettier-ignore
    writeFileSync(join(directory, 'run.json'), content);
    assert.is(readRunRecord(engine, id), undefined, content);
    assert.is(isDamaged(engine, id), true, content);
    assert.is(claimRun(engine, mine), false, content);
  }
  assert.equal(runsIn(engine), [id]);
  removeRunRecord(engine, id);
  assert.is(isDamaged(engine, id), false);
  assert.is(claimRun(engine, mine), true);
  assert.is(isDamaged(engine, id), false);
});

test('where no run can be recorded nobody has one', async () => {
  await using engine = await testEngine();
  const elsewhere = { ...engine, run: join(engine.directory, 'nowhere') };
  assert.is(await codeOf(() => claimRun(elsewhere, mine)), 'ENOENT');
});

const started = { startedAt: '2026-01-02T03:04:06.000Z' };
const abandonment: readonly (readonly [string, Partial<RunRecord>, boolean])[] = [
  ['being begun by the living', {}, false],
  ['being begun by the dead', { owner: reusedPid }, true],
  ['being begun before the machine was started again', { owner: otherBoot }, true],
  ['not started yet, its supervisor dead: its owner is about to say so', { supervisor: noSuchPid }, false],
  ['not started yet, its owner dead: its supervisor is about to end', { owner: noSuchPid, supervisor: self }, false],
  ['not started, and both dead', { owner: noSuchPid, supervisor: reusedPid }, true],
  ['started, and both live', { supervisor: self, ...started }, false],
  ['started, its owner dead', { owner: reusedPid, supervisor: self, ...started }, false],
  ['started, its supervisor dead', { supervisor: reusedPid, ...started }, true],
  ['started, and both dead', { owner: reusedPid, supervisor: otherBoot, ...started }, true],
]; // prettier-ignore

for (const [what, changes, abandoned] of abandonment) {
  test(`abandoned or not: ${what}`, () => {
    assert.is(isAbandoned({ ...mine, ...changes }), abandoned);
  });
}

test('of one whose owner was killed before it said so, its start is known', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  const spawnedAt = '2026-01-02T03:04:05.000Z';
  const { startedAt, ...silent } = runOf(self, { owner: reusedPid });
  forgeRun(engine, { ...silent, spawnedAt, supervisor: self });
  assert.is(readRunRecord(engine, id)?.startedAt, spawnedAt);
  forgeRun(engine, { ...silent, spawnedAt, supervisor: self, startedAt: startedAt ?? '' });
  assert.is(readRunRecord(engine, id)?.startedAt, startedAt);
  // Here it may yet fail, and there it has not gone on.
  for (const changes of [{ owner: self, supervisor: self }, { supervisor: reusedPid }]) {
    forgeRun(engine, { ...silent, spawnedAt, ...changes });
    assert.is(readRunRecord(engine, id)?.startedAt, undefined);
  }
});

/** A process that claims containers as it is told, a line each time, and says which it got. It lives on meanwhile. */
const claimer = `
import { createInterface } from 'node:readline';
const { claimRun } = await import(process.argv[1]);
const { sweepRun } = await import(process.argv[2]);
const { selfIdentity } = await import('@ctrkit/durable');
for await (const line of createInterface({ input: process.stdin })) {
  const [engine, ids, sweeps] = JSON.parse(line);
  const won = [];
  for (const id of ids) {
    if (sweeps) await sweepRun(engine, id);
    if (claimRun(engine, { id, owner: selfIdentity(), cgroupsPath: 'ctr/' + id })) won.push(id);
  }
  console.log(JSON.stringify(won));
}
`;

interface Claimer {
  readonly stdin: Writable;
  readonly said: () => Promise<string[]>;
}

const claimers: Claimer[] = [];
test.after(() => {
  for (const { stdin } of claimers) stdin.end();
});

function startClaimer(): Claimer {
  const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];
  const modules = ['../src/run-record.ts', '../src/sweep-run.ts'].map((path) => import.meta.resolve(path)); // prettier-ignore
  const program = [...tsx, '--input-type=module', '-e', claimer, ...modules];
  const { stdin, stdout } = spawn(process.execPath, program, {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const said = async (): Promise<string[]> => JSON.parse(String((await lines.next()).value)) as string[]; // prettier-ignore
  return { stdin, said };
}

/** Who got which of the containers when twenty processes claim them all at once. */
async function contest(engine: Engine, ids: readonly string[], sweeps: boolean): Promise<string[]> {
  const parameters = ({ root, run }: Engine): string =>
    `${JSON.stringify([{ root, run }, ids, sweeps])}\n`;
  while (claimers.length < 20) claimers.push(startClaimer());
  for (const { stdin } of claimers) stdin.write('[{},[],false]\n');
  for (const { said } of claimers) await said();
  for (const { stdin } of claimers) stdin.write(parameters(engine));
  return (await Promise.all(claimers.map(({ said }) => said()))).flat();
}

const contested = Array.from({ length: 10 }, (_, number) => idOf(`c${number}`));

test('of twenty processes that claim a container at once, one gets it', async () => {
  await using engine = await testEngine();
  const won = await contest(engine, contested, false);
  assert.equal(won.toSorted(), contested);
  assert.equal(runsIn(engine).toSorted(), contested);
});

test('of twenty that take it over from the dead at once, one gets it', async () => {
  await using engine = await testEngine();
  for (const [index, contestedId] of contested.entries()) {
    const run = runOf(reusedPid, { id: contestedId });
    forge(engine, recordOf({ id: contestedId, name: `name-${index}` }), { run });
    if (index % 3 === 0) writeFileSync(join(engine.run, 'containers', contestedId, 'run.json'), '');
  }
  const won = await contest(engine, contested, true);
  assert.equal(won.toSorted(), contested);
  assert.equal(runsIn(engine).toSorted(), contested);
});

test.run();
