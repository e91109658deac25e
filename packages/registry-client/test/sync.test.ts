import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { forwardProxy, makeImageLayout, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { globMatcher } from '../src/commands/glob.ts';
import { inProcess } from './support/command.ts';
import { startServe } from './support/registries.ts';
import type { RealRegistry } from './support/registries.ts';

async function fill({ host }: RealRegistry, ...names: string[]): Promise<void> {
  await using directory = await temporaryDirectory();
  const source = join(directory.path, 'source');
  const content = randomBytes(100).toString('hex');
  await makeImageLayout(source, { layers: [tarOf([{ path: 'a', type: 'File', content }])] });
  const said = await inProcess(['push', source, ...names.map((name) => `${host}/${name}`)]);
  assert.is(said.code, 0, said.stderr);
}

async function synced(...parameters: string[]): Promise<[name: string, status: string][]> {
  const { code, stdout, stderr } = await inProcess(['sync', ...parameters]);
  assert.is(code, 0, stderr);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { name: string; status: string })
    .map(({ name, status }) => [name.slice(name.indexOf('/') + 1), status]);
}

test('the tags of a repository: a dry run, the real one, and again', async () => {
  await using from = await startServe();
  await using to = await startServe();
  await fill(from, 'a/b:1', 'a/b:2');
  const names = [`${from.host}/a/b`, `${to.host}/c`] as const;
  const of = (status: string) => [
    ['c:1', status],
    ['c:2', status],
  ];
  assert.equal(await synced(...names, '--dry-run'), of('missing'));
  assert.equal(await synced(...names, '--dry-run'), of('missing'));
  assert.equal(await synced(...names), of('copied'));
  assert.equal(await synced(...names), of('present'));
  await fill(from, 'a/b:2');
  assert.equal(await synced(...names), [
    ['c:1', 'present'],
    ['c:2', 'copied'],
  ]);
});

test('only tags that fit', async () => {
  await using from = await startServe();
  await using to = await startServe();
  await fill(from, 'a/b:v1.0', 'a/b:v1.1', 'a/b:v2', 'a/b:latest');
  const only = ['-t', 'v1.*', '-t', 'lat?st'];
  const done = await synced(`${from.host}/a/b`, `${to.host}/a/b`, ...only);
  assert.equal(
    done.map(([name]) => name),
    ['a/b:latest', 'a/b:v1.0', 'a/b:v1.1'],
  );
});

test('every repository below a prefix', async () => {
  await using from = await startServe();
  await using to = await startServe();
  await fill(from, 'team/a:1', 'team/b/c:1', 'teams:1', 'other:1');
  const done = await synced('--all', `${from.host}/team`, `${to.host}/mirror/of`);
  assert.equal(done, [
    ['mirror/of/a:1', 'copied'],
    ['mirror/of/b/c:1', 'copied'],
  ]);
});

test('every repository of a registry, to another one or below a prefix of it; a name without a dot is a registry too', async () => {
  await using from = await startServe();
  await using to = await startServe();
  await fill(from, 'a:1');
  const port = to.host.slice(to.host.indexOf(':'));
  assert.equal(await synced('--all', from.host, `localhost${port}/`), [['a:1', 'copied']]);
  const wrong = await inProcess(['sync', '--all', from.host, `${to.host}/Team`]);
  assert.is(wrong.code, 1, wrong.stderr);
  const asked: string[] = [];
  await using proxy = await forwardProxy({
    route: (target) => {
      asked.push(target);
      return undefined;
    },
  });
  const env = { ...process.env, HTTPS_PROXY: proxy.url };
  await inProcess(['sync', '--all', '--dry-run', from.host, 'backup'], env);
  assert.equal([...new Set(asked)], ['backup:443']);
  const catalog = await inProcess(['catalog', `http://${from.host}/`]);
  assert.is(catalog.code, 0, catalog.stderr);
  assert.is((await inProcess(['catalog', 'a b'])).code, 1);
});

test('a tag where a repository is meant, and what is not there', async () => {
  await using from = await startServe();
  const wrong = await inProcess(['sync', `${from.host}/a:1`, `${from.host}/b`]);
  assert.is(wrong.code, 125);
  const absent = await inProcess(['sync', `${from.host}/a`, `${from.host}/b`]);
  assert.is(absent.code, 1);
});

test('patterns', () => {
  for (const [pattern, word, fits] of [
    ['v1.*', 'v1.2', true],
    ['v1.*', 'v12', false],
    ['*', '', true],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a+b', 'a+b', true],
    ['a+b', 'aab', false],
    ['****************x', 'a'.repeat(100), false],
  ] as const) {
    assert.is(globMatcher(pattern)(word), fits, `${pattern} ${word}`);
  }
});

test.run();
