import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openLayout, readIndex } from '@ctrkit/layout';
import { parseReference } from '@ctrkit/oci';
import { makeImageLayout, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { copy, push } from '../src/index.ts';
import { expectCode } from './support/expect-code.ts';
import { FakeRegistry } from './support/fake-registry.ts';
import { eagerClient } from './support/impatient.ts';

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Makes a registry want tokens as Docker Hub does: each answer of 401 names the scope that this very request needs, and a
 * token is good for what it was asked for, as far as `grants` has it.
 */
function guard(registry: FakeRegistry, grants: (scope: string) => boolean = () => true): string[] {
  const asked: string[] = [];
  registry.override = (request, response) => {
    const url = new URL(request.url ?? '', registry.server.origin);
    if (url.pathname === '/token') {
      const scopes = url.searchParams.getAll('scope');
      asked.push(scopes.join(' '));
      const token = Buffer.from(scopes.filter(grants).join(' ')).toString('base64');
      response.end(JSON.stringify({ token: token === '' ? 'none' : token }));
      return true;
    }
    const [, repository = ''] = /^\/v2\/(.+)\/(?:blobs|manifests|tags)\//.exec(url.pathname) ?? [];
    const needed = writes.has(request.method ?? '') ? ['pull', 'push'] : ['pull'];
    if (has(request.headers.authorization, repository, needed)) return false;
    const scope = `repository:${repository}:${needed.join()}`;
    const challenge = `Bearer realm="${registry.server.origin}/token",service="s",scope="${scope}"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
    return true;
  };
  return asked;
}

function has(header: string | undefined, repository: string, needed: string[]): boolean {
  const token = Buffer.from(header?.slice('Bearer '.length) ?? '', 'base64').toString();
  const scopes = token.split(' ').filter((scope) => scope.startsWith(`repository:${repository}:`));
  const actions = new Set(scopes.flatMap((scope) => scope.split(':')[2]?.split(',') ?? []));
  return needed.every((action) => actions.has(action));
}

async function pushed(registry: FakeRegistry): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  const layers = Array.from({ length: 8 }, () => randomBytes(2_000_000));
  await makeImageLayout(path, { layers });
  const layout = await openLayout(path);
  const [image] = (await readIndex(layout)).manifests;
  if (image === undefined) throw new Error('no image');
  const reference = parseReference(`${registry.host}/a/b:1`);
  await push(layout, image, reference, { client: eagerClient() });
}

test('many blobs at once, with one token for all of it', async () => {
  await using registry = await FakeRegistry.start();
  const asked = guard(registry);
  await pushed(registry);
  assert.is(registry.blobs.size, 9);
  assert.equal(asked, ['repository:a/b:pull,push']);
});

test('whoever may only pull is told so', async () => {
  await using registry = await FakeRegistry.start();
  guard(registry, (scope) => !scope.includes('push'));
  const error = await expectCode(pushed(registry), 'UNAUTHORIZED');
  assert.match(error.message, 'push access denied');
  assert.is(registry.blobs.size, 0);
});

test('a copy pulls here and pushes there with tokens of their own', async () => {
  await using from = await FakeRegistry.start();
  await using to = await FakeRegistry.start();
  const layers = Array.from({ length: 4 }, () => randomBytes(1_500_000));
  from.addImage(layers, { tag: '1' });
  const [read, written] = [guard(from), guard(to)];
  const client = eagerClient();
  await copy(parseReference(`${from.host}/a/b:1`), parseReference(`${to.host}/c:1`), { client });
  assert.equal(new Set(read), new Set(['repository:a/b:pull']));
  assert.ok(written.every((scope) => scope.startsWith('repository:c:pull')));
  assert.is(to.blobs.size, 5);
});

test('to another repository of the same registry, where the one may be read', async () => {
  for (const mayRead of [true, false]) {
    await using registry = await FakeRegistry.start();
    registry.addImage([randomBytes(1_500_000)], { tag: '1' });
    const asked = guard(registry, (scope) => mayRead || !scope.includes('repository:a/b'));
    const names = ['a/b:1', 'c:1'].map((name) => parseReference(`${registry.host}/${name}`));
    const [from, to] = names;
    if (from === undefined || to === undefined) throw new Error('no names');
    const copying = copy(from, to, { client: eagerClient() });
    if (mayRead) await copying;
    else await expectCode(copying, 'UNAUTHORIZED');
    assert.ok(asked.length > 0);
  }
});

test.run();
