import { digestOf, parseReference } from '@ctrkit/oci';
import { scriptedRegistry } from '@ctrkit/testing';
import type { ScriptedHandler } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

async function deleted(name: string, handler: ScriptedHandler): Promise<string[]> {
  await using server = await scriptedRegistry(handler);
  try {
    await impatientClient().delete(parseReference(`${server.host}/a/b${name}`));
  } finally {
    assert.ok(server.requests.every(({ method }) => method === 'DELETE'));
  }
  return server.requests.map(({ url }) => url);
}

const status =
  (code: number): ScriptedHandler =>
  (_request, response) =>
    void response.writeHead(code).end();

test('a tag by its name, a manifest by its digest', async () => {
  assert.equal(await deleted(':1', status(202)), ['/v2/a/b/manifests/1']);
  const digest = digestOf('x');
  assert.equal(await deleted(`@${digest}`, status(202)), [`/v2/a/b/manifests/${digest}`]);
  // With both, the digest is what is meant.
  assert.equal(await deleted(`:1@${digest}`, status(202)), [`/v2/a/b/manifests/${digest}`]);
});

test('a registry that cannot delete tags is not asked for more than that', async () => {
  for (const code of [400, 405]) {
    const error = await expectCode(deleted(':1', status(code)), 'UNSUPPORTED');
    assert.match(String(error.hint), 'DIGEST');
  }
});

test('what is not there, and who may not', async () => {
  await expectCode(deleted(':1', status(404)), 'MANIFEST_UNKNOWN');
  await expectCode(deleted(':1', status(403)), 'DENIED');
  await expectCode(deleted(':1', status(401)), 'UNAUTHORIZED');
});

test('tried again when it may pass', async () => {
  const urls = await deleted(':1', (request, response, number) =>
    status(number === 0 ? 503 : 202)(request, response, number),
  );
  assert.is(urls.length, 2);
});

test.run();
