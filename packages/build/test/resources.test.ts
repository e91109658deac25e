import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Resources } from '../src/resources.ts';

test('all are released, the last one first, whichever fails', async () => {
  const resources = new Resources();
  const released: string[] = [];
  const add = (name: string, failure?: Error): void =>
    resources.add({
      [Symbol.dispose]: () => {
        released.push(name);
        if (failure !== undefined) throw failure;
      },
    });
  const failure = new Error('first');
  add('one');
  add('two', new Error('second'));
  add('three', failure);
  const error = await resources[Symbol.asyncDispose]().catch((caught: unknown) => caught);
  assert.is(error, failure);
  assert.equal(released, ['three', 'two', 'one']);
});

test.run();
