import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listContainers } from '../src/index.ts';
import type { Engine } from '../src/index.ts';
import { runDirectory } from '../src/engine.ts';
import { forge, idOf, otherBoot, recordOf, runOf, testEngine } from './fixture.ts';

const namesIn = (engine: Engine): string[] => listContainers(engine).map(({ name }) => name);

test('an engine without containers', async () => {
  await using engine = await testEngine();
  assert.equal(listContainers(engine), []);
});

test('the newest first, with what was recorded and the state of this moment', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf({ id: idOf('1'), name: 'old', created: '2026-01-01T00:00:00.000Z' }));
  forge(engine, recordOf({ id: idOf('2'), name: 'new', created: '2026-01-03T00:00:00.000Z' }), { run: runOf(selfIdentity(), { id: idOf('2') }) }); // prettier-ignore
  forge(engine, recordOf({ id: idOf('3'), name: 'mid', created: '2026-01-02T00:00:00.000Z' }), { run: runOf(otherBoot, { id: idOf('3') }) }); // prettier-ignore
  assert.equal(namesIn(engine), ['new', 'mid', 'old']);
  const states = listContainers(engine).map(({ state }) => state.status);
  assert.equal(states, ['running', 'exited', 'created']);
  assert.equal(listContainers(engine)[2]?.command, ['sh']);
});

test('a damaged record, one that is being made and what is no container are not there', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf({ id: idOf('1'), name: 'whole' }));
  const containers = join(engine.root, 'containers');
  for (const [id, content] of [
    [idOf('2'), ''],
    [idOf('3'), '{"id":"x","na'],
    [idOf('4'), '\0'.repeat(500)],
    [idOf('5'), 'null'],
    [idOf('6'), '[]'],
    ['.tmp-1-2-3', JSON.stringify(recordOf())],
    ['lost+found', '{}'],
  ] as const) {
    mkdirSync(join(containers, id));
    writeFileSync(join(containers, id, 'container.json'), content);
  }
  mkdirSync(join(containers, idOf('7')));
  writeFileSync(join(containers, idOf('8')), 'no directory');
  assert.equal(namesIn(engine), ['whole']);
});

test('a damaged run record is none, and so is one of another container', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  const run = runDirectory(engine, idOf('a'));
  mkdirSync(run);
  assert.equal(listContainers(engine)[0]?.state, { status: 'created' });
  const other = JSON.stringify(runOf(selfIdentity(), { id: idOf('b') }));
  for (const content of ['', '{"id"', 'null', '[]', other]) {
    writeFileSync(join(run, 'run.json'), content);
    assert.equal(listContainers(engine)[0]?.state, { status: 'created' }, content);
  }
});

test('a damaged record of an end is none', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf({ startedAt: '2026-01-02T03:04:06.000Z' }));
  for (const content of ['', '{"exitCode"', 'null', '[]', '{"exitCode":"0"}']) {
    writeFileSync(join(engine.root, 'containers', idOf('a'), 'exit.json'), content);
    const { state } = listContainers(engine)[0] ?? {};
    assert.is(state?.status === 'exited' && state.exit.exitCode, 255, content);
  }
});

test('an end that the disk had no room for is known', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  const exit = { exitCode: 7, oomKilled: false, startedAt: '2026-01-02T03:04:06.000Z' };
  writeFileSync(join(engine.run, 'ended', `${idOf('a')}.json`), JSON.stringify(exit));
  assert.equal(listContainers(engine)[0]?.state, { status: 'exited', exit });
});

test('1,000 containers', async () => {
  await using engine = await testEngine();
  for (let number = 0; number < 1000; number++) {
    const id = number.toString(16).padStart(64, '0');
    const created = new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString();
    forge(engine, recordOf({ id, name: `name-${number}`, created }));
  }
  const names = namesIn(engine);
  assert.is(names.length, 1000);
  assert.equal([names[0], names[999]], ['name-999', 'name-0']);
});

test.run();
