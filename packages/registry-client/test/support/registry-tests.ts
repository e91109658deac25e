import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, readIndex } from '@ctrkit/layout';
import { digestOf, parseReference } from '@ctrkit/oci';
import { makeImageLayout, pushLayout, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { ImageParts } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { copy, createRegistryClient, push } from '../../src/index.ts';
import { inProcess, registryClient } from './command.ts';
import { expectCode } from './expect-code.ts';
import { types } from './fake-registry.ts';
import type { RealRegistry } from './registries.ts';

const layers = [
  tarOf([{ path: 'one', type: 'File', content: randomBytes(3_000_000).toString('hex') }]),
  tarOf([{ path: 'two', type: 'File', content: 'two' }]),
];

async function skopeo(...parameters: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['skopeo', '--insecure-policy', ...parameters]);
  assert.is(code, 0, stderr);
  return stdout;
}

const skopeoCopy = (...parameters: string[]) =>
  skopeo('copy', '--quiet', '--src-tls-verify=false', '--dest-tls-verify=false', ...parameters);

/** Every blob of a layout by its name. */
async function blobsOf(directory: string): Promise<Map<string, string>> {
  const folder = join(directory, 'blobs/sha256');
  const blobs = new Map<string, string>();
  for (const name of (await readdir(folder)).toSorted()) {
    blobs.set(name, digestOf(await readFile(join(folder, name))));
  }
  return blobs;
}

interface Place extends AsyncDisposable {
  registry: RealRegistry;
  directory: string;
  /** A layout with one image. */
  source: string;
  digest: string;
}

async function placeAt(
  start: () => Promise<RealRegistry>,
  parts: Partial<ImageParts> = {},
): Promise<Place> {
  const registry = await start();
  const directory = await temporaryDirectory();
  const source = join(directory.path, 'source');
  const { manifest } = await makeImageLayout(source, { layers, ...parts });
  return {
    registry,
    directory: directory.path,
    source,
    digest: manifest.digest,
    [Symbol.asyncDispose]: async () => {
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function command(...parameters: string[]): Promise<string> {
  const { code, stdout, stderr } = await inProcess(parameters);
  assert.is(code, 0, stderr);
  return stdout;
}

const rows = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Adds the tests of all that a client does with a real registry, in both directions with skopeo. */
export function testRegistry(name: string, start: () => Promise<RealRegistry>): void {
  test(`${name}: what we push, in one or in pieces, skopeo reads byte for byte`, async () => {
    for (const chunks of [[], ['--chunk-size', '1m']]) {
      await using place = await placeAt(start);
      const image = `${place.registry.host}/a/b:1`;
      const [row] = rows(await command('push', place.source, image, ...chunks));
      assert.equal([row?.['digest'], row?.['changed']], [place.digest, true]);
      const target = join(place.directory, 'read');
      await skopeoCopy(`docker://${image}`, `oci:${target}:x`);
      assert.equal(await blobsOf(target), await blobsOf(place.source));
      const [again] = rows(await command('push', `oci:${place.source}:latest`, image));
      assert.equal([again?.['changed'], again?.['uploadedBytes']], [false, 0]);
    }
  });

  test(`${name}: what skopeo pushed we copy to another name, registry and back`, async () => {
    await using place = await placeAt(start);
    const { host, origin } = place.registry;
    await pushLayout(place.source, 'latest', origin, 'a/b:1');
    const mounted = rows(await command('copy', `${host}/a/b:1`, `${host}/c:2`));
    assert.equal([mounted[0]?.['digest'], mounted[0]?.['uploadedBytes']], [place.digest, 0]);
    await using other = await start();
    const copied = await command('copy', `${host}/c:2`, `${other.host}/d`);
    assert.is(rows(copied)[0]?.['digest'], place.digest);
    const target = join(place.directory, 'read');
    await skopeoCopy(`docker://${other.host}/d:latest`, `oci:${target}:x`);
    assert.equal(await blobsOf(target), await blobsOf(place.source));
  });

  test(`${name}: docker schema 2, as skopeo converts it, keeps its digest`, async () => {
    await using place = await placeAt(start);
    const { host } = place.registry;
    const format = ['--format', 'v2s2'];
    await skopeoCopy(...format, `oci:${place.source}:latest`, `docker://${host}/a:2`);
    const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${host}/a:2`);
    await command('copy', `${host}/a:2`, `${host}/b:2`);
    const copied = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${host}/b:2`);
    assert.is(copied, raw);
    assert.match(raw, types.dockerManifest);
  });

  test(`${name}: an index of several platforms, by us and by skopeo`, async () => {
    await using place = await placeAt(start, { architecture: 'amd64' });
    const { host } = place.registry;
    const other = join(place.directory, 'other');
    const arm = await makeImageLayout(other, { layers, architecture: 'arm64' });
    for (const [source, tag] of [
      [place.source, 'amd64'],
      [other, 'arm64'],
    ] as const) {
      await command('push', source, `${host}/multi:${tag}`);
    }
    const parts = [`${host}/multi:amd64`, `${host}/multi:arm64`];
    const [row] = rows(await command('index', 'create', `${host}/multi:all`, ...parts));
    const both = join(place.directory, 'both');
    await skopeoCopy('--all', `docker://${host}/multi:all`, `oci:${both}:x`);
    assert.ok((await blobsOf(both)).has(arm.manifest.digest.slice(7)));
    await command('copy', '--all-platforms', `${host}/multi:all`, `${host}/copied:all`);
    assert.is((await command('digest', `${host}/copied:all`)).trim(), row?.['digest']);
    const one = ['--platform', 'linux/arm64'];
    const chosen = rows(await command('copy', ...one, `${host}/multi:all`, `${host}/one:1`));
    assert.is(chosen[0]?.['digest'], arm.manifest.digest);
    // What skopeo wrote as a layout goes back as a whole.
    const [back] = rows(await command('push', both, `${host}/back:all`, '--all-platforms'));
    assert.is(back?.['digest'], row?.['digest']);
  });

  test(`${name}: an archive, as a file and from a pipe`, async () => {
    await using place = await placeAt(start);
    const { host } = place.registry;
    const archive = join(place.directory, 'image.tar');
    await skopeoCopy(`oci:${place.source}:latest`, `oci-archive:${archive}:latest`);
    const [row] = rows(await command('copy', `oci-archive:${archive}`, `${host}/a:1`));
    assert.is(row?.['digest'], place.digest);
    const piped = await registryClient(['push', '-', `${host}/a:2`], {
      input: await readFile(archive),
    });
    assert.is(piped.code, 0, piped.stderr);
    assert.is((await command('digest', `${host}/a:2`)).trim(), place.digest);
  });

  test(`${name}: digest, config, inspect, catalog and tags, without pulling`, async () => {
    await using place = await placeAt(start);
    const image = `${place.registry.host}/a/b:1`;
    await command('push', place.source, image, `${place.registry.host}/c:2`);
    assert.is((await command('digest', image)).trim(), place.digest);
    const config = JSON.parse(await command('config', image)) as { rootfs: unknown };
    const found = JSON.parse(await command('inspect', image)) as Record<string, unknown>;
    assert.is(found['digest'], place.digest);
    assert.equal((found['config'] as { rootfs: unknown }).rootfs, config.rootfs);
    assert.is((found['layers'] as unknown[]).length, 2);
    const names = rows(await command('catalog', place.registry.host)).map((row) =>
      String(row['name']),
    );
    assert.equal(names.toSorted(), ['a/b', 'c']);
    assert.equal(rows(await command('tags', image)), [{ name: '1' }]);
  });

  test(`${name}: an artifact, its referrers and a pull of it`, async () => {
    await using place = await placeAt(start);
    const { host } = place.registry;
    const client = createRegistryClient();
    const layout = await openLayout(place.source);
    const [image] = (await readIndex(layout)).manifests;
    if (image === undefined) throw new Error('no image');
    await push(layout, image, parseReference(`${host}/a:1`));
    const reference = parseReference(`${host}/a:1`);
    const text = Buffer.from('an inventory');
    const layer = { mediaType: 'text/plain', digest: digestOf(text), size: text.length };
    const empty = {
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: digestOf('{}'),
      size: 2,
    };
    const once = (bytes: Buffer) =>
      async function* () {
        yield bytes;
      };
    await client.pushBlob(reference, layer, once(text));
    await client.pushBlob(reference, empty, once(Buffer.from('{}')));
    const { mediaType, digest, size } = image;
    const manifest = {
      schemaVersion: 2,
      mediaType: types.manifest,
      artifactType: 'application/x.sbom',
      config: empty,
      layers: [layer],
      subject: { mediaType, digest, size },
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const named = { ...reference, digest: digestOf(bytes) };
    await client.pushManifest(named, { mediaType: types.manifest, bytes });
    client.close();
    const found = rows(await command('referrers', `${host}/a:1`));
    assert.equal([found.length, found[0]?.['digest']], [1, named.digest]);
    assert.is(found[0]?.['artifactType'], 'application/x.sbom');
    assert.is(await command('referrers', `${host}/a:1`, '--artifact-type', 'x/y'), '');
    const target = join(place.directory, 'pulled');
    await command('pull', `${host}/a@${named.digest}`, '-o', target);
    assert.ok((await blobsOf(target)).has(layer.digest.slice(7)));
  });

  test(`${name}: delete a tag, a manifest, and what is not there`, async () => {
    await using place = await placeAt(start);
    const { host } = place.registry;
    await command('push', place.source, `${host}/a:1`, `${host}/a:2`);
    const tag = await inProcess(['delete', `${host}/a:1`]);
    // Older registries cannot delete a tag alone, and then nothing else is deleted.
    if (tag.code !== 0) assert.match(tag.stderr, 'deletes no single tags');
    await command('digest', `${host}/a:2`);
    await command('delete', '--manifest', `${host}/a:2`);
    for (const gone of ['a:1', 'a:2', `a@${place.digest}`]) {
      const left = createRegistryClient().digestOf(parseReference(`${host}/${gone}`));
      await expectCode(left, 'MANIFEST_UNKNOWN');
    }
    assert.is((await inProcess(['delete', `${host}/a@${place.digest}`])).code, 1);
  });

  test(`${name}: what a registry lost under its name is not copied`, async () => {
    await using place = await placeAt(start);
    const { host } = place.registry;
    const nothing = copy(parseReference(`${host}/no:1`), parseReference(`${host}/b:1`));
    await expectCode(nothing, 'MANIFEST_UNKNOWN');
  });
}
