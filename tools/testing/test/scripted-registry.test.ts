import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scriptedRegistry } from '@ctrkit/testing';

test('each request is recorded and numbered', async () => {
  await using registry = await scriptedRegistry((_request, response, number) => {
    response.end(String(number));
  });
  assert.is(await (await fetch(`${registry.origin}/v2/`)).text(), '0');
  assert.is(await (await fetch(`${registry.origin}/v2/x?n=1`, { method: 'PUT' })).text(), '1');
  assert.equal(
    registry.requests.map(({ method, url }) => `${method} ${url}`),
    ['GET /v2/', 'PUT /v2/x?n=1'],
  );
});

test('what the handler throws is kept, and the client sees a broken connection', async () => {
  await using registry = await scriptedRegistry(() => {
    throw new Error('no more');
  });
  const error = await fetch(registry.origin).catch((error: unknown) => error);
  assert.instance(error, TypeError);
  assert.is(registry.failures.length, 1);
});

test('disposing cuts a connection that waits', async () => {
  const registry = await scriptedRegistry(() => undefined);
  const answer = fetch(registry.origin).catch((error: unknown) => error);
  while (registry.requests.length === 0) await new Promise((done) => setTimeout(done, 5));
  await registry[Symbol.asyncDispose]();
  assert.instance(await answer, TypeError);
});

test.run();
