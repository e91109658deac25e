import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fetchForAdd, openContext } from '@ctrkit/build';
import type { FetchedFile, FetchForAddOptions } from '@ctrkit/build';
import { digestOf } from '@ctrkit/oci';
import { forwardProxy, freePort, scriptedRegistry, tarOf } from '@ctrkit/testing';
import type { ScriptedRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contentsOf, contextOf, failureOf, selected } from './context-helpers.ts';
import type { ContextPlace } from './context-helpers.ts';

const modified = 'Wed, 21 Oct 2015 07:28:00 GMT';

async function site(): Promise<ScriptedRegistry> {
  return await scriptedRegistry((request, response) => {
    const url = new URL(request.url ?? '', 'http://host');
    const { pathname, searchParams } = url;
    if (pathname === '/absent') return void response.writeHead(404).end();
    if (pathname === '/cut') {
      response.writeHead(200, { 'content-length': '100' }).write('only this');
      return void setTimeout(() => response.destroy(), 50);
    }
    const to = searchParams.get('to');
    if (to !== null) return void response.writeHead(302, { location: to }).end();
    const disposition = searchParams.get('name');
    if (disposition !== null) response.setHeader('content-disposition', disposition);
    if (!searchParams.has('undated')) response.setHeader('last-modified', modified);
    if (pathname === '/Dockerfile') return void response.end('FROM scratch\n');
    if (pathname === '/context') {
      const bytes = tarOf([{ path: 'f', type: 'File', content: 'x' }]);
      return void response.end(gzipSync(bytes));
    }
    response.end('hello');
  });
}

async function add(
  { cacheDirectory }: ContextPlace,
  url: string,
  options: Partial<FetchForAddOptions> = {},
): Promise<FetchedFile> {
  return await fetchForAdd(new URL(url), { cacheDirectory, ...options });
}

for (const [path, name] of [
  ['/file.txt', 'file.txt'],
  ['/a/b/file', 'file'],
  ['/a%20b', 'a b'],
  ['/star*%5Bx%5D', 'star*[x]'],
  ['/back%5Cslash', 'back\\slash'],
  ['/file?x=1', 'file'],
  ['/x?name=attachment;%20filename=other', 'x'],
  ['/?name=attachment;%20filename=other.txt', 'other.txt'],
  ['/d/?name=attachment;%20filename=%22a%20b%22', 'a b'],
  ['/?name=attachment;%20filename=%22../../decoy%22', 'decoy'],
  ['/%2E%2E%2Fdecoy', 'decoy'],
  ['/?name=attachment;%20filename=..', undefined],
  ['/', undefined],
  ['/d/', undefined],
] as const) {
  test(`ADD of ${path}`, async () => {
    await using place = await contextOf({});
    await using server = await site();
    await using added = await add(place, `${server.origin}${path}`);
    assert.is(added.name, name);
    const selection = await added.select({ sources: [added.source] });
    const [match, ...others] = selection.matches;
    assert.equal([match?.name.toString(), others.length], [name ?? 'download', 0]);
    assert.equal(await contentsOf(selection), { '.': 'hello' });
    const { mode, modified: time } = match?.entries[0]?.entry ?? {};
    assert.equal([mode, time], [0o600, BigInt(Date.parse(modified)) * 1_000_000n]);
    assert.equal(readdirSync(place.outside), []);
  });
}

test('without a date it is as old as can be; nothing is left behind', async () => {
  await using place = await contextOf({});
  await using server = await site();
  {
    await using added = await add(place, `${server.origin}/f?undated`);
    const { matches } = await added.select({ sources: [added.source] });
    assert.is(matches[0]?.entries[0]?.entry.modified, 0n);
  }
  assert.equal(readdirSync(join(place.cacheDirectory, 'scratch')), []);
});

test('a checksum', async () => {
  await using place = await contextOf({});
  await using server = await site();
  await using added = await add(place, `${server.origin}/f`, { checksum: digestOf('hello') });
  assert.is(added.name, 'f');
  const wrong = add(place, `${server.origin}/f`, { checksum: digestOf('other') });
  assert.is(await failureOf(wrong), `CHECKSUM_MISMATCH: digest mismatch ${digestOf('hello')}: ${digestOf('other')}`); // prettier-ignore
});

for (const path of [
  '/absent?',
  '/x?to=file:///etc/passwd',
  '/x?to=ftp://127.0.0.1/x',
  '/x?to=/x?to=/x', // to itself, without end
  '/x?to=nonsense:',
]) {
  test(`refused: ${path}`, async () => {
    await using place = await contextOf({});
    await using server = await scriptedRegistry((request, response) => {
      const to = new URL(request.url ?? '', 'http://host').searchParams.get('to');
      if (to === null) response.writeHead(404).end();
      else response.writeHead(302, { location: to.startsWith('/x') ? request.url : to }).end();
    });
    const url = `${server.origin}${path}&signature=secret`;
    const failure = await failureOf(add(place, url));
    assert.match(failure, /^SOURCE_NOT_FOUND: failed to GET http:/);
    assert.not.match(failure, 'secret');
  });
}

test('what breaks off is not there', async () => {
  await using place = await contextOf({});
  await using server = await site();
  try {
    await add(place, `${server.origin}/cut`);
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, 'SOURCE_NOT_FOUND');
  }
  assert.equal(readdirSync(join(place.cacheDirectory, 'scratch')), []);
});

test('nobody there', async () => {
  await using place = await contextOf({});
  const failure = await failureOf(add(place, `http://127.0.0.1:${await freePort()}/f`));
  assert.match(failure, /^SOURCE_NOT_FOUND: failed to GET http:/);
});

test('through the proxy of the environment', async () => {
  await using place = await contextOf({});
  await using server = await site();
  await using proxy = await forwardProxy({ route: () => server.port });
  const env = { http_proxy: proxy.url };
  await using added = await add(place, 'http://example.org/f', { env });
  assert.equal([added.name, proxy.requests.length], ['f', 1]);
});

test('contexts from a URL: an archive, or a Dockerfile alone', async () => {
  await using place = await contextOf({});
  await using server = await site();
  const { cacheDirectory } = place;
  const open = (path: string) =>
    openContext({ type: 'url', url: new URL(`${server.origin}${path}`) }, { cacheDirectory });
  await using archive = await open('/context');
  assert.equal(await selected(archive, { sources: ['.'] }), ['./: ./ f']);
  await using text = await open('/Dockerfile');
  assert.is(text.dockerfile?.toString(), 'FROM scratch\n');
  assert.match(await failureOf(open('/absent')), /^SOURCE_NOT_FOUND: .*status 404/);
});

test.run();
