import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findContainer, removeContainer } from '../src/index.ts';
import type { Engine } from '../src/index.ts';
import { codeOf, forge, idOf, recordOf, testEngine } from './fixture.ts';

const [web, db, other] = [idOf('abc1'), idOf('abc2'), idOf('def')];

function fill(engine: Engine): void {
  forge(engine, recordOf({ id: web, name: 'web' }));
  forge(engine, recordOf({ id: db, name: 'db' }));
  forge(engine, recordOf({ id: other, name: 'def' }));
}

const table: readonly (readonly [string, string, string])[] = [
  ['a full id', web, 'web'],
  ['a name', 'db', 'db'],
  ['a name with the slash that docker puts before it', '/db', 'db'],
  ['the beginning of an id', 'abc1', 'web'],
  ['one digit', 'd', 'def'],
  ['twelve digits', db.slice(0, 12), 'db'],
];

for (const [what, wanted, name] of table) {
  test(`by ${what}`, async () => {
    await using engine = await testEngine();
    fill(engine);
    assert.is(findContainer(engine, wanted).name, name);
  });
}

test('the beginning of several ids', async () => {
  await using engine = await testEngine();
  fill(engine);
  assert.is(await codeOf(() => findContainer(engine, 'abc')), 'CONTAINER_AMBIGUOUS');
  assert.is(await codeOf(() => removeContainer(engine, 'abc')), 'CONTAINER_AMBIGUOUS');
});

test('a name counts more than the beginning of an id', async () => {
  await using engine = await testEngine();
  fill(engine);
  forge(engine, recordOf({ id: idOf('fff'), name: 'abc' }));
  assert.is(findContainer(engine, 'abc').id, idOf('fff'));
});

test('a full id counts more than a name, also where somebody is called so', async () => {
  await using engine = await testEngine();
  fill(engine);
  forge(engine, recordOf({ id: idOf('fff'), name: web }));
  assert.is(findContainer(engine, web).name, 'web');
});

test('nothing, and what can be no name, is not found', async () => {
  await using engine = await testEngine();
  fill(engine);
  for (const wanted of [
    '',
    '/',
    'nosuch',
    '0',
    'ABC1',
    '..',
    '../containers',
    `${web}0`,
    '.*',
    'a\0b',
  ]) {
    assert.is(await codeOf(() => findContainer(engine, wanted)), 'CONTAINER_NOT_FOUND', wanted);
  }
});

test('a container whose record is damaged or gone is not there, by whatever name', async () => {
  await using engine = await testEngine();
  fill(engine);
  const record = join(engine.root, 'containers', web, 'container.json');
  for (const damage of [() => writeFileSync(record, '{"id":'), () => rmSync(record)]) {
    damage();
    for (const wanted of [web, 'web', 'abc1']) {
      assert.is(await codeOf(() => findContainer(engine, wanted)), 'CONTAINER_NOT_FOUND', wanted);
    }
  }
});

test.run();
