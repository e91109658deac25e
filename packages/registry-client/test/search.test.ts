import { forwardProxy, scriptedRegistry } from '@ctrkit/testing';
import type { ScriptedHandler } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SearchResult } from '../src/index.ts';
import { expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

/** What a search for `web` says at a server that the client takes for that registry. */
async function searched(registry: string, handler: ScriptedHandler): Promise<SearchResult[]> {
  await using server = await scriptedRegistry(handler);
  const port = Number(server.host.split(':')[1]);
  await using proxy = await forwardProxy({ route: () => port });
  const client = impatientClient({ plainHttp: () => true, proxy: () => new URL(proxy.url) });
  const found = client.search(registry, 'web');
  return await found.finally(() => client.close());
}

const status =
  (code: number): ScriptedHandler =>
  (_request, response) =>
    void response.writeHead(code).end('<html>');

for (const [code, expected] of [
  [401, 'UNAUTHORIZED'],
  [403, 'DENIED'],
  [404, 'UNSUPPORTED'],
  [429, 'RATE_LIMITED'],
  [200, 'PROTOCOL_ERROR'],
] as const) {
  test(`Docker Hub answers with status ${code}: ${expected}, not that there is nothing`, async () => {
    await expectCode(searched('docker.io', status(code)), expected);
  });
}

for (const code of [200, 301, 401, 403, 404]) {
  test(`another registry answers with status ${code} and a page: its catalog`, async () => {
    const found = await searched('r.test', (request, response, number) => {
      if (request.url?.includes('_catalog') !== true) {
        if (code === 301) response.setHeader('location', '/');
        return status(code === 301 && number > 0 ? 200 : code)(request, response, number);
      }
      response.end('{"repositories":["team/web","other"]}');
    });
    assert.equal(
      found.map(({ name }) => name),
      ['team/web'],
    );
  });
}

test('what it answers is no search result', async () => {
  for (const value of ['{}', '{"results":3}', '{"results":[{}]}', '[]']) {
    await expectCode(
      searched('r.test', (_request, response) => void response.end(value)),
      'PROTOCOL_ERROR',
    );
  }
});

test.run();
