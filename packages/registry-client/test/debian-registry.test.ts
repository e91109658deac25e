import { mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { digestOf, parseReference } from '@ctrkit/oci';
import {
  makeImageLayout,
  needs,
  pushLayout,
  run,
  startDebianRegistry,
  tarOf,
  temporaryDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRegistryClient, pull } from '../src/index.ts';
import { registryClient } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';

const layers = ['one', 'two'].map((content) =>
  tarOf([{ path: content, type: 'File', content: content.repeat(10_000) }]),
);

if (needs('command:docker-registry', 'command:skopeo')) {
  test('what skopeo pushed we pull, and skopeo reads it from our layout', async () => {
    await using registry = await startDebianRegistry();
    await using directory = await temporaryDirectory();
    const made = await makeImageLayout(join(directory.path, 'source'), { layers });
    await pushLayout(join(directory.path, 'source'), 'latest', registry.origin, 'a/b:1.0');
    const target = join(directory.path, 'target');
    const { code, stderr } = await registryClient([
      'pull',
      `${registry.host}/a/b:1.0`,
      '-o',
      target,
    ]);
    assert.is(code, 0, stderr);
    const { code: copied, stderr: said } = await run([
      'skopeo',
      '--insecure-policy',
      'copy',
      '--quiet',
      `oci:${target}:1.0`,
      `oci:${join(directory.path, 'copy')}:x`,
    ]);
    assert.is(copied, 0, said);
    const index = await readFile(join(directory.path, 'copy/index.json'), 'utf8');
    assert.match(index, made.manifest.digest);
  });

  test('docker schema 2 as skopeo converts it', async () => {
    await using registry = await startDebianRegistry();
    await using directory = await temporaryDirectory();
    await makeImageLayout(join(directory.path, 'source'), { layers });
    const { code, stderr } = await run([
      'skopeo',
      '--insecure-policy',
      'copy',
      '--quiet',
      '--format',
      'v2s2',
      '--dest-tls-verify=false',
      `oci:${join(directory.path, 'source')}:latest`,
      `docker://${registry.host}/a:2`,
    ]);
    assert.is(code, 0, stderr);
    const layout = await openLayout(join(directory.path, 'target'), { create: true });
    const { descriptor } = await pull(parseReference(`${registry.host}/a:2`), layout);
    assert.match(descriptor.mediaType, 'docker.distribution.manifest.v2');
    const image = await resolveImage(layout, { name: `${registry.host}/a:2` });
    assert.is(image.config.rootfs.diff_ids.length, 2);
  });

  test('tags', async () => {
    await using registry = await startDebianRegistry();
    await using directory = await temporaryDirectory();
    const source = join(directory.path, 'source');
    await makeImageLayout(source, { layers });
    const wanted = ['1', '2', '3', 'latest'];
    for (const tag of wanted) await pushLayout(source, 'latest', registry.origin, `a/b:${tag}`);
    const { code, stdout, stderr } = await registryClient(['tags', `${registry.host}/a/b`]);
    assert.is(code, 0, stderr);
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name);
    assert.equal(names.toSorted(), wanted);
  });

  test('manifest prints the very bytes', async () => {
    await using registry = await startDebianRegistry();
    await using directory = await temporaryDirectory();
    const made = await makeImageLayout(join(directory.path, 'source'), { layers });
    await pushLayout(join(directory.path, 'source'), 'latest', registry.origin, 'a:1');
    const { output } = await registryClient(['manifest', `${registry.host}/a:1`]);
    assert.is(digestOf(output), made.manifest.digest);
  });

  test('a layer that is cut short on the disk of the registry', async () => {
    await using registry = await startDebianRegistry();
    await using directory = await temporaryDirectory();
    const made = await makeImageLayout(join(directory.path, 'source'), { layers });
    await pushLayout(join(directory.path, 'source'), 'latest', registry.origin, 'a:1');
    const hex = made.layers[1]?.digest.slice(7) ?? '';
    const path = `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
    await truncate(join(registry.storage, path), 100);
    const layout = await openLayout(join(directory.path, 'target'), { create: true });
    await expectCode(pull(parseReference(`${registry.host}/a:1`), layout), 'SIZE_MISMATCH');
    const damaged = gzipSync(Buffer.alloc(5000)).subarray(0, made.layers[1]?.size);
    const other = Buffer.concat([
      damaged,
      Buffer.alloc((made.layers[1]?.size ?? 0) - damaged.length),
    ]);
    await writeFile(join(registry.storage, path), other);
    await expectCode(pull(parseReference(`${registry.host}/a:1`), layout), 'DIGEST_MISMATCH');
  });

  test('a registry with a password: none, a wrong one, the right one from docker’s file', async () => {
    await using directory = await temporaryDirectory();
    const htpasswd = join(directory.path, 'htpasswd');
    // bcrypt of "secret"
    await writeFile(htpasswd, `me:$2b$04$xQwLhLw9hZirq2wpTa/8belEtujQXfLlriMaXmhTghu0sFhhQRL/a\n`);
    await using registry = await startDebianRegistry({
      auth: { htpasswd: { realm: 'test', path: htpasswd } },
    });
    const image = `${registry.host}/a:1`;
    const target = join(directory.path, 'target');
    const pullAs = async (password?: string) => {
      const config = await mkdtemp(join(directory.path, 'config-'));
      const auth = Buffer.from(`me:${password}`).toString('base64');
      const auths = password === undefined ? {} : { [registry.host]: { auth } };
      await writeFile(join(config, 'config.json'), JSON.stringify({ auths }));
      const env = { ...process.env, DOCKER_CONFIG: config };
      return await registryClient(['pull', image, '-o', target], { env });
    };
    for (const password of [undefined, 'wrong-password']) {
      const { code, stderr } = await pullAs(password);
      assert.is(code, 1);
      assert.match(stderr, 'pull access denied');
      assert.not.match(stderr, /wrong-password/);
    }
    // The right one gets as far as that there is no such image.
    assert.match((await pullAs('secret')).stderr, 'manifest unknown');
  });

  test('an image that is not there', async () => {
    await using registry = await startDebianRegistry();
    const missing = createRegistryClient().resolve(parseReference(`${registry.host}/no/such`));
    await expectCode(missing, 'MANIFEST_UNKNOWN');
  });

  test.run();
}
