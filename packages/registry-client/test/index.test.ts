import { randomBytes } from 'node:crypto';
import { parsePlatform, parseReference } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { annotateIndex, createIndex } from '../src/index.ts';
import { inProcess } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';
import { FakeRegistry, sha256, types } from './support/fake-registry.ts';
import { eagerClient } from './support/impatient.ts';

async function withImages() {
  const registry = await FakeRegistry.start();
  const images = ['amd64', 'arm64'].map((architecture) =>
    registry.addImage([randomBytes(100)], { tag: architecture, architecture }),
  );
  const named = (name: string) => parseReference(`${registry.host}/${name}`);
  return { registry, images, named, client: eagerClient() };
}

const kept = (registry: FakeRegistry, name: string) => {
  const bytes = registry.manifests.get(name)?.bytes ?? Buffer.from('null');
  return { digest: sha256(bytes), index: JSON.parse(bytes.toString()) as Record<string, unknown> };
};

test('images become one name, each for the platform that its config says', async () => {
  const { registry, images, named, client } = await withImages();
  await using _registry = registry;
  const parts = [named('a/b:amd64'), named('a/b:arm64')];
  const made = await createIndex(named('a/b:all'), parts, { client, annotations: { by: 'me' } });
  const { digest, index } = kept(registry, 'all');
  assert.is(made.descriptor.digest, digest);
  assert.equal(index, {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: images.map(({ manifest }, number) => ({
      ...manifest,
      platform: { os: 'linux', architecture: ['amd64', 'arm64'][number] },
    })),
    annotations: { by: 'me' },
  });
  // What an index lists is taken over, and nothing twice.
  const again = await createIndex(named('a/b:more'), [named('a/b:all'), ...parts], { client });
  assert.equal(again.index.manifests, index['manifests']);
});

test('a dry run writes nothing', async () => {
  const { registry } = await withImages();
  await using _registry = registry;
  const name = `${registry.host}/a/b`;
  const { code, stdout } = await inProcess([
    'index',
    'create',
    '--dry-run',
    `${name}:x`,
    `${name}:amd64`,
  ]);
  assert.is(code, 0);
  assert.is((JSON.parse(stdout) as { manifests: unknown[] }).manifests.length, 1);
  assert.ok(registry.server.requests.every(({ method }) => method === 'GET'));
});

test('what is said of one image changes, all else stays', async () => {
  const { registry, images, named, client } = await withImages();
  await using _registry = registry;
  const [first, second] = images;
  const document = {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [
      first?.manifest,
      { ...second?.manifest, annotations: { old: '1' }, 'x-other': [1] },
    ],
    'x-unknown': { kept: true },
  };
  registry.addManifest(document, types.index, 'all');
  const member = second?.manifest.digest ?? sha256(Buffer.alloc(0));
  const platform = parsePlatform('linux/arm/v6');
  await annotateIndex(
    named('a/b:all'),
    member,
    { platform, annotations: { new: '2' } },
    { client },
  );
  assert.equal(kept(registry, 'all').index, {
    ...document,
    manifests: [
      first?.manifest,
      {
        ...second?.manifest,
        annotations: { old: '1', new: '2' },
        'x-other': [1],
        platform: { os: 'linux', architecture: 'arm', variant: 'v6' },
      },
    ],
  });
  const puts = registry.count('/manifests/', ['PUT']);
  await annotateIndex(named('a/b:all'), member, { annotations: { new: '2' } }, { client });
  assert.is(registry.count('/manifests/', ['PUT']), puts, 'nothing to change, nothing written');
});

test('what is no index, does not list it, or cannot be changed', async () => {
  const { registry, images, named, client } = await withImages();
  await using _registry = registry;
  const { digest = sha256(Buffer.alloc(0)) } = images[0]?.manifest ?? {};
  const change = { annotations: { a: 'b' } };
  await expectCode(annotateIndex(named('a/b:amd64'), digest, change, { client }), 'IMAGE_INVALID');
  const { descriptor } = await createIndex(named('a/b:all'), [named('a/b:amd64')], { client });
  const other = sha256(Buffer.from('other'));
  await expectCode(annotateIndex(named('a/b:all'), other, change, { client }), 'IMAGE_INVALID');
  const byDigest = named(`a/b@${descriptor.digest}`);
  await expectCode(annotateIndex(byDigest, digest, change, { client }), 'IMAGE_INVALID');
});

test('the commands', async () => {
  const { registry } = await withImages();
  await using _registry = registry;
  const name = `${registry.host}/a/b`;
  const made = await inProcess([
    'index',
    'create',
    `${name}:all`,
    `${name}:amd64`,
    `${name}:arm64`,
  ]);
  assert.is(made.code, 0, made.stderr);
  const row = JSON.parse(made.stdout) as { digest: string; manifests: number };
  assert.equal([row.digest, row.manifests], [kept(registry, 'all').digest, 2]);
  const said = await inProcess([
    'index',
    'annotate',
    `${name}:all`,
    `${name}:arm64`,
    '--platform',
    'linux/arm',
  ]);
  assert.is(said.code, 0, said.stderr);
  assert.is(said.stdout.trim(), kept(registry, 'all').digest);
  const platforms = await inProcess(['inspect', `${name}:all`, '--platform', 'linux/amd64']);
  const found = JSON.parse(platforms.stdout) as { platforms: string[] };
  assert.equal(found.platforms, ['linux/amd64', 'linux/arm/v7']);
  for (const wrong of [[], ['--annotation', 'x'], ['--platform', '///']]) {
    const { code } = await inProcess([
      'index',
      'annotate',
      `${name}:all`,
      `${name}:arm64`,
      ...wrong,
    ]);
    assert.is(code, 125, wrong.join(' '));
  }
});

test.run();
