import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../src/index.ts';
import { sweepContainerClaims } from '../src/container-claims.ts';
import { checkName, claimName, readName, releaseName } from '../src/names.ts';
import { codeOf, idOf, noSuchPid, otherBoot, reusedPid, testEngine } from './fixture.ts';

const [one, two] = [idOf('1'), idOf('2')];

function forgeClaim(engine: Engine, name: string, claim: unknown): void {
  const content = typeof claim === 'string' ? claim : JSON.stringify(claim);
  writeFileSync(join(engine.root, 'names', name), content);
}

test("a name is one container's until it is given back", async () => {
  await using engine = await testEngine();
  await claimName(engine, 'web', one);
  assert.is(readName(engine, 'web')?.id, one);
  assert.is(await codeOf(() => claimName(engine, 'web', two)), 'NAME_IN_USE');
  await releaseName(engine, 'web', two);
  assert.is(readName(engine, 'web')?.id, one, 'it was not theirs to give back');
  await releaseName(engine, 'web', one);
  await claimName(engine, 'web', two);
  assert.is(readName(engine, 'web')?.id, two);
  assert.equal(readdirSync(join(engine.root, 'names')), ['web']);
});

test('what cannot be a name', async () => {
  await using engine = await testEngine();
  for (const name of [
    '',
    'a',
    '-a',
    '.a',
    '..',
    'a/b',
    '../x',
    'a b',
    'ä1',
    'a\n',
    'a'.repeat(129),
  ]) {
    assert.is(await codeOf(() => checkName(name)), 'NAME_INVALID', JSON.stringify(name));
    assert.is(await codeOf(() => claimName(engine, name, one)), 'NAME_INVALID');
    assert.is(readName(engine, name), undefined);
  }
  for (const name of ['ab', 'A_b-c.d', '0a', 'a'.repeat(128)]) checkName(name);
});

test('the claim of a dead maker whose container was never made is void', async () => {
  for (const claimedBy of [reusedPid, otherBoot, noSuchPid]) {
    await using engine = await testEngine();
    forgeClaim(engine, 'web', { id: one, claimedBy });
    await claimName(engine, 'web', two);
    assert.is(readName(engine, 'web')?.id, two);
  }
});

test('a claim that a power cut left empty is void', async () => {
  await using engine = await testEngine();
  for (const content of ['', '{"id":', 'null', '"text"']) {
    forgeClaim(engine, 'web', content);
    await claimName(engine, 'web', two);
    assert.is(readName(engine, 'web')?.id, two);
  }
});

test('the claim of a container that is there holds, though its maker is dead', async () => {
  await using engine = await testEngine();
  forgeClaim(engine, 'web', { id: one, claimedBy: reusedPid });
  mkdirSync(join(engine.root, 'containers', one));
  assert.is(await codeOf(() => claimName(engine, 'web', two)), 'NAME_IN_USE');
});

test('the claim of a living maker holds, though its container is not there yet', async () => {
  await using engine = await testEngine();
  forgeClaim(engine, 'web', { id: one, claimedBy: selfIdentity() });
  assert.is(await codeOf(() => claimName(engine, 'web', two)), 'NAME_IN_USE');
});

test('a sweep gives back what is void, and nothing else', async () => {
  await using engine = await testEngine();
  forgeClaim(engine, 'void', { id: one, claimedBy: reusedPid });
  forgeClaim(engine, 'half', '{"id":');
  forgeClaim(engine, 'living', { id: one, claimedBy: selfIdentity() });
  forgeClaim(engine, 'there', { id: two, claimedBy: reusedPid });
  mkdirSync(join(engine.root, 'containers', two));
  await Promise.all([sweepContainerClaims(engine, 'names'), sweepContainerClaims(engine, 'names')]);
  assert.equal(readdirSync(join(engine.root, 'names')).toSorted(), ['living', 'there']);
});

test('the name of a container whose maker is dead is given back too', async () => {
  await using engine = await testEngine();
  forgeClaim(engine, 'web', { id: one, claimedBy: reusedPid });
  await releaseName(engine, 'web', one);
  assert.is(readName(engine, 'web'), undefined);
});

/** Claims each of the names for an id, says which it got, and lives on until its input ends. */
const claimer = `
const { claimName } = await import(process.argv[1]);
const [engine, id, names] = JSON.parse(process.argv[2]);
await new Promise((go) => process.stdin.once('data', go));
const won = [];
for (const name of names) {
  try {
    await claimName(engine, name, id);
    won.push(name);
  } catch (error) {
    if (error.code !== 'NAME_IN_USE') throw error;
  }
}
console.log(JSON.stringify(won));
process.stdout.end();
process.stdin.resume();
`;

const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];

function startClaimer(engine: Engine, id: string, names: readonly string[]): ChildProcess {
  const names_ts = import.meta.resolve('../src/names.ts');
  const parameters = JSON.stringify([{ root: engine.root, run: engine.run }, id, names]);
  return spawn(
    process.execPath,
    [...tsx, '--input-type=module', '-e', claimer, names_ts, parameters],
    { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] },
  );
}

/** Who won which of the names when several processes claim them all at once. */
async function contest(engine: Engine, names: readonly string[]): Promise<string[]> {
  const processes = ['c1', 'c2', 'c3', 'c4'].map((id) => startClaimer(engine, idOf(id), names));
  const answers = processes.map(({ stdout }) => text(stdout as never));
  for (const { stdin } of processes) stdin?.write('go\n');
  const won = (await Promise.all(answers)).map((answer) => JSON.parse(answer) as string[]);
  for (const process of processes) process.stdin?.end();
  for (const process of processes) {
    if (process.exitCode === null) await once(process, 'exit');
  }
  return won.flat();
}

const names = Array.from({ length: 12 }, (_, number) => `name-${number}`);

test('of many processes that claim a name at once, one gets it', async () => {
  await using engine = await testEngine();
  const won = await contest(engine, names);
  assert.equal(won.toSorted(), names.toSorted());
});

test('of many processes that take a name over from the dead at once, one gets it', async () => {
  await using engine = await testEngine();
  for (const [index, name] of names.entries()) {
    forgeClaim(engine, name, index % 3 === 0 ? '' : { id: one, claimedBy: reusedPid });
  }
  const won = await contest(engine, names);
  assert.equal(won.toSorted(), names.toSorted());
});

test.run();
