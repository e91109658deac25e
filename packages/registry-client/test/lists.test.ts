import { digestOf, parseReference } from '@ctrkit/oci';

import { scriptedRegistry } from '@ctrkit/testing';
import type { ScriptedHandler } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RegistryClient } from '../src/index.ts';
import { expectCode } from './support/expect-code.ts';
import { types } from './support/fake-registry.ts';
import { impatientClient } from './support/impatient.ts';

async function listed<T>(
  handler: ScriptedHandler,
  list: (client: RegistryClient, host: string) => AsyncIterable<T>,
): Promise<{ items: T[]; urls: string[] }> {
  await using server = await scriptedRegistry(handler);
  const items: T[] = [];
  for await (const item of list(impatientClient(), server.host)) items.push(item);
  return { items, urls: server.requests.map(({ url }) => url) };
}

const catalog = (handler: ScriptedHandler) =>
  listed(handler, (client, host) => client.catalog(host));

const subject = digestOf('subject');
const referrers = (handler: ScriptedHandler, artifactType?: string) =>
  listed(handler, (client, host) => {
    const reference = { ...parseReference(`${host}/a/b`), digest: subject };
    return client.referrers(reference, artifactType === undefined ? {} : { artifactType });
  });

const json =
  (value: unknown, headers: Record<string, string> = {}): ScriptedHandler =>
  (_request, response) =>
    void response.writeHead(200, headers).end(JSON.stringify(value));

test('the catalog, page by page', async () => {
  const { items, urls } = await catalog((_request, response, number) => {
    if (number === 0) response.setHeader('link', '</v2/_catalog?last=b&n=2>; rel="next"');
    response.end(JSON.stringify({ repositories: number === 0 ? ['a', 'b'] : ['c/d'] }));
  });
  assert.equal(items, ['a', 'b', 'c/d']);
  assert.equal(urls, ['/v2/_catalog?n=1000', '/v2/_catalog?last=b&n=2']);
});

test('a registry without a catalog', async () => {
  for (const status of [404, 405]) {
    await expectCode(
      catalog((_request, response) => void response.writeHead(status).end()),
      'UNSUPPORTED',
    );
  }
});

test('catalogs that are none', async () => {
  for (const repositories of [['../x'], ['A'], ['a//b'], ['a'.repeat(300)], [1], {}, undefined]) {
    await expectCode(catalog(json({ repositories })), 'PROTOCOL_ERROR');
  }
});

test('a page in place of a catalog', async () => {
  await expectCode(
    catalog((_request, response) => void response.end('<html>')),
    'PROTOCOL_ERROR',
  );
});

test('a catalog that goes in circles, elsewhere, or on without an end', async () => {
  const link = (target: string) => json({ repositories: [] }, { link: `<${target}>; rel="next"` });
  for (const target of [
    '/v2/_catalog?n=1000',
    '/v2/a/b/tags/list',
    'http://169.254.169.254/latest',
  ]) {
    await expectCode(catalog(link(target)), 'PROTOCOL_ERROR');
  }
  // Pages, not requests: one whose connection was closed as it was sent is sent again.
  let asked = new Set<string | undefined>();
  const endless = (repositories: string[]): ScriptedHandler => {
    asked = new Set();
    return (request, response, number) => {
      asked.add(request.url);
      response.setHeader('link', `</v2/_catalog?last=${number}>; rel="next"`);
      response.end(JSON.stringify({ repositories }));
    };
  };
  await expectCode(catalog(endless([])), 'PROTOCOL_ERROR');
  assert.is(asked.size, 3_000);
  await expectCode(catalog(endless(['a'])), 'PROTOCOL_ERROR');
  assert.is(asked.size, 2);
});

const entry = (text: string, artifactType: string) => ({
  mediaType: types.manifest,
  digest: digestOf(text),
  size: 7,
  artifactType,
});
const index = (manifests: object[]) => ({ schemaVersion: 2, mediaType: types.index, manifests });
const indexType = { 'content-type': types.index };

test('referrers by the API, all pages, of one type whatever the registry says of filters', async () => {
  const [sbom, signature] = [entry('a', 'x/sbom'), entry('b', 'x/signature')];
  const handler: ScriptedHandler = (_request, response, number) => {
    const link = `</v2/a/b/referrers/${subject}?next=1>; rel="next"`;
    const headers = {
      ...indexType,
      'oci-filters-applied': 'artifactType',
      ...(number === 0 && { link }),
    };
    response.writeHead(200, headers);
    response.end(JSON.stringify(index(number === 0 ? [sbom] : [signature])));
  };
  assert.equal((await referrers(handler)).items, [sbom, signature]);
  const { items, urls } = await referrers(handler, 'x/sbom');
  assert.equal(items, [sbom]);
  assert.is(urls[0], `/v2/a/b/referrers/${subject}?artifactType=x%2Fsbom`);
});

test('where there is no such API: by the tag of the specification, or none', async () => {
  const sbom = entry('a', 'x/sbom');
  const answers: Record<string, ScriptedHandler> = {
    [`/v2/a/b/manifests/${subject.replace(':', '-')}`]: json(index([sbom]), indexType),
  };
  const fallback: ScriptedHandler = (request, response, number) =>
    (answers[request.url ?? ''] ?? ((_, to) => void to.writeHead(404).end()))(
      request,
      response,
      number,
    );
  assert.equal((await referrers(fallback)).items, [sbom]);
  assert.equal((await referrers(fallback, 'x/other')).items, []);
  assert.equal((await referrers((_, response) => void response.writeHead(404).end())).items, []);
  // A page for any address is no list.
  const page: ScriptedHandler = (request, response, number) =>
    request.url?.includes('/referrers/') === true
      ? void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
      : fallback(request, response, number);
  assert.equal((await referrers(page)).items, [sbom]);
});

test('referrers that are none', async () => {
  await expectCode(referrers(json({ manifests: 3 }, indexType)), 'MANIFEST_INVALID');
  const circle = { ...indexType, link: `</v2/a/b/referrers/${subject}>; rel="next"` };
  await expectCode(referrers(json(index([]), circle)), 'PROTOCOL_ERROR');
});

test.run();
