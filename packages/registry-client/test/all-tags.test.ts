import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openLayout, readIndex } from '@ctrkit/layout';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inProcess } from './support/command.ts';
import { FakeRegistry } from './support/fake-registry.ts';

async function withTags(tags: string[]): Promise<FakeRegistry> {
  const registry = await FakeRegistry.start();
  const shared = randomBytes(1000);
  for (const tag of tags) registry.addImage([shared, Buffer.from(tag)], { tag });
  registry.override = (request, response) => {
    if (request.url !== '/v2/a/b/tags/list') return false;
    response.end(JSON.stringify({ tags }));
    return true;
  };
  return registry;
}

test('every tag of a repository, what they share only once', async () => {
  await using registry = await withTags(['1', '2', 'latest']);
  await using directory = await temporaryDirectory();
  const target = join(directory.path, 'layout');
  const said = await inProcess(['pull', '-a', `${registry.host}/a/b`, '-o', target]);
  assert.is(said.code, 0, said.stderr);
  const names = said.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { name: string }).name);
  assert.equal(
    names,
    ['1', '2', 'latest'].map((tag) => `${registry.host}/a/b:${tag}`),
  );
  const { manifests } = await readIndex(await openLayout(target));
  assert.is(manifests.length, 3);
  assert.is(registry.count('/blobs/'), 1 + 3 + 3);
});

test('a tag beside it, or a repository without tags', async () => {
  await using registry = await withTags([]);
  await using directory = await temporaryDirectory();
  const target = join(directory.path, 'layout');
  for (const [name, code] of [
    ['a/b:1', 125],
    ['a/b', 1],
  ] as const) {
    const said = await inProcess(['pull', '-a', `${registry.host}/${name}`, '-o', target]);
    assert.is(said.code, code, said.stderr);
  }
});

test.run();
