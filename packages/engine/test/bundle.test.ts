import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readSpec } from '../src/bundle.ts';
import { codeOf, forge, idOf, recordOf, testEngine } from './fixture.ts';

test('a container without its spec is damaged; one that went as it was read is not there', async () => {
  await using engine = await testEngine();
  const read = (): Promise<unknown> => Promise.resolve().then(() => readSpec(engine, idOf('a')));
  assert.equal(await codeOf(read), 'CONTAINER_NOT_FOUND');
  forge(engine, recordOf({ id: idOf('a') }));
  assert.equal(await codeOf(read), 'CONTAINER_DAMAGED');
});

test.run();
