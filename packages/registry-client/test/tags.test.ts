import { parseReference } from '@ctrkit/oci';
import { scriptedRegistry } from '@ctrkit/testing';
import type { ScriptedHandler } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

async function tagsFrom(handler: ScriptedHandler): Promise<string[]> {
  await using server = await scriptedRegistry(handler);
  const tags: string[] = [];
  const reference = parseReference(`${server.host}/a/b`);
  for await (const tag of impatientClient().tags(reference)) tags.push(tag);
  return tags;
}

const page = (tags: unknown, link?: string): ScriptedHandler => {
  return (_request, response) => {
    if (link !== undefined) response.setHeader('link', link);
    response.end(JSON.stringify({ name: 'a/b', tags }));
  };
};

test('one page', async () => {
  assert.equal(await tagsFrom(page(['1', 'latest'])), ['1', 'latest']);
});

test('an empty repository, in both spellings', async () => {
  assert.equal(await tagsFrom(page([])), []);
  assert.equal(await tagsFrom(page(null)), []);
});

test('pages are followed by their Link, relative or absolute', async () => {
  const tags = await tagsFrom((request, response, number) => {
    const { host } = request.headers;
    const base = number === 0 ? '' : `http://${host}`;
    if (number < 2) {
      response.setHeader('link', `<${base}/v2/a/b/tags/list?last=${number}&n=1>; rel="next"`);
    }
    response.end(JSON.stringify({ tags: [`t${number}`] }));
    if (number === 2) assert.is(request.url, '/v2/a/b/tags/list?last=1&n=1');
  });
  assert.equal(tags, ['t0', 't1', 't2']);
});

test('pages that go in circles end', async () => {
  const circle = page(['x'], '</v2/a/b/tags/list?last=x>; rel="next"');
  await expectCode(tagsFrom(circle), 'PROTOCOL_ERROR');
});

const endless = (tagsOf: (number: number) => string[]): ScriptedHandler => {
  return (_request, response, number) => {
    response.setHeader('link', `</v2/a/b/tags/list?last=${number}>; rel="next"`);
    response.end(JSON.stringify({ tags: tagsOf(number) }));
  };
};

test('a tag that is there more than once is told once; a page with nothing new is the last', async () => {
  assert.equal(await tagsFrom(page(['1', '1', '2', '1'])), ['1', '2']);
  await using server = await scriptedRegistry(endless(() => ['a', 'b', 'a']));
  const tags: string[] = [];
  const all = async () => {
    const reference = parseReference(`${server.host}/a/b`);
    for await (const tag of impatientClient().tags(reference)) tags.push(tag);
  };
  await expectCode(all(), 'PROTOCOL_ERROR');
  assert.equal(tags, ['a', 'b']);
  assert.is(server.requests.length, 2);
});

test('ever new tags, and pages of 4 MiB, come to an end', async () => {
  const many = (number: number) => Array.from({ length: 100_000 }, (_, n) => `${number}-${n}`);
  await expectCode(tagsFrom(endless(many)), 'PROTOCOL_ERROR');
  const filler = Array.from({ length: 31_000 }, () => 'x'.repeat(128));
  await using server = await scriptedRegistry(endless((number) => [`${number}`, ...filler]));
  const all = async () => {
    const reference = parseReference(`${server.host}/a/b`);
    for await (const _ of impatientClient().tags(reference));
  };
  await expectCode(all(), 'PROTOCOL_ERROR');
  assert.ok(server.requests.length < 40, `${server.requests.length} pages`);
});

test('a next page elsewhere is not asked for', async () => {
  for (const target of [
    '/v2/other/tags/list',
    'http://169.254.169.254/latest',
    '/v2/a/b/blobs/x',
  ]) {
    const elsewhere = page(['x'], `<${target}>; rel="next"`);
    await expectCode(tagsFrom(elsewhere), 'PROTOCOL_ERROR');
  }
});

test('tags that cannot be tags are refused', async () => {
  for (const tags of [['a b'], ['\u001b[2J'], [''], [3], 'x', undefined, ['a'.repeat(129)]]) {
    await expectCode(tagsFrom(page(tags)), 'PROTOCOL_ERROR');
  }
});

test('a page in place of tags', async () => {
  await expectCode(
    tagsFrom((_request, response) => void response.end('<html>')),
    'PROTOCOL_ERROR',
  );
});

test('an unknown repository', async () => {
  const unknown: ScriptedHandler = (_request, response) => void response.writeHead(404).end();
  await expectCode(tagsFrom(unknown), 'REPOSITORY_UNKNOWN');
});

test.run();
