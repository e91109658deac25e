import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, readLayoutTar, resolveImage } from '@ctrkit/layout';
import { freePort, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registryClient } from './support/command.ts';
import { FakeRegistry, sha256, types } from './support/fake-registry.ts';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test('pull into a directory tells what it did, as JSON in a pipe', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  const image = registry.addImage([randomBytes(1000)], { tag: 'latest' });
  const name = `${registry.host}/a/b`;
  const target = join(directory.path, 'layout');
  const { code, stdout, stderr } = await registryClient(['pull', name, '-o', target]);
  assert.is(code, 0, stderr);
  assert.equal(JSON.parse(stdout), {
    name: `${name}:latest`,
    digest: image.manifest.digest,
    manifest: image.manifest.digest,
    changed: true,
    downloadedBytes: 1000 + image.config.size,
  });
  assert.is(stderr, `${image.layers[0]?.digest.slice(7, 19)}: Download complete\n`);
  const layout = await openLayout(target);
  await resolveImage(layout, { name: 'latest' });
  await resolveImage(layout, { name: `${name}:latest` });
});

test('pull -o - is an archive that a reader of layouts takes', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  const image = registry.addImage([randomBytes(300_000)], { tag: '1.0' });
  const { code, output, stderr } = await registryClient(
    ['pull', `${registry.host}/a/b:1.0`, '-o', '-', '--progress', 'none'],
    { env: { ...process.env, TMPDIR: directory.path } },
  );
  assert.equal([code, stderr], [0, '']);
  const layout = await openLayout(join(directory.path, 'in'), { create: true });
  const [read] = await readLayoutTar(once(output), layout);
  assert.is(read?.name, `${registry.host}/a/b:1.0`);
  assert.is(read?.descriptor.digest, image.manifest.digest);
  // What it staged is gone again.
  const staged = (await readdir(directory.path)).filter((name) => name.startsWith('ctrkit-'));
  for (const name of staged) assert.equal(await readdir(join(directory.path, name)), []);
});

test('pull -o - into a reader that leaves ends quietly', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  registry.addImage([randomBytes(3_000_000)], { tag: 'latest' });
  const { run } = await import('@ctrkit/testing');
  const bin = new URL('../src/bin.ts', import.meta.url).pathname;
  const node = `${process.execPath} --import tsx --conditions=@ctrkit/source ${bin}`;
  const script = `{ ${node} pull ${registry.host}/a/b -o - --progress none; echo $? >&2; } | head -c 1 >/dev/null`;
  const env = { ...process.env, TMPDIR: directory.path };
  const { stderr } = await run(['sh', '-c', script], { env });
  assert.is(stderr, '141\n');
});

test('manifest prints the bytes of what the name names, or of a platform', async () => {
  await using registry = await FakeRegistry.start();
  const image = registry.addImage([randomBytes(10)]);
  const platform = { os: 'linux', architecture: 's390x' };
  const index = {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [{ ...image.manifest, platform }],
  };
  const made = registry.addManifest(index, types.index, 'latest');
  const name = `${registry.host}/a/b`;
  const whole = await registryClient(['manifest', name]);
  assert.is(sha256(whole.output), made.digest);
  const one = await registryClient(['manifest', name, '--platform', 'linux/s390x']);
  assert.is(sha256(one.output), image.manifest.digest);
  assert.is(registry.count('/blobs/'), 0);
});

test('failures: one line, its hint, exit code 1, and nothing made', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  const target = join(directory.path, 'layout');
  const down = `127.0.0.1:${await freePort()}/a`;
  const cases = [
    [
      down,
      /^registry-client: 127\.0\.0\.1:\d+: cannot be reached: connection refused\nhint: .+\n$/,
    ],
    [`${registry.host}/a/b`, /^registry-client: manifest for .+ not found: manifest unknown\n$/],
    [
      `${registry.host}/A/b`,
      /^registry-client: invalid reference format: repository name .+\n(hint: .+\n)?$/,
    ],
  ] as const;
  for (const [name, expected] of cases) {
    const { code, stdout, stderr } = await registryClient(['pull', name, '-o', target]);
    assert.is(code, 1, name);
    assert.is(stdout, '');
    assert.match(stderr, expected);
  }
  assert.equal(await readdir(directory.path), []);
});

test('without -o, with an unknown flag, with a platform that is none: 125 and the usage', async () => {
  for (const rest of [[], ['-o', 'x', '--nosuch'], ['-o', 'x', '--platform', '///']]) {
    const { code, stderr } = await registryClient(['pull', 'a', ...rest]);
    assert.is(code, 125, stderr);
    assert.match(stderr, 'Usage:  registry-client pull');
  }
});

test('a docker configuration that is broken is named, not its content', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  registry.override = (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    return true;
  };
  await writeFile(join(directory.path, 'config.json'), '{"auths": {"x": {"auth": "hunter2"');
  const env = { ...process.env, DOCKER_CONFIG: directory.path };
  const { code, stderr } = await registryClient(['manifest', `${registry.host}/a`], { env });
  assert.is(code, 1);
  assert.match(stderr, join(directory.path, 'config.json'));
  assert.not.match(stderr, 'hunter2');
});

test('the help lists what there is', async () => {
  const { code, stdout } = await registryClient(['--help']);
  assert.is(code, 0);
  for (const word of ['pull', 'push', 'copy', 'login', 'logout', 'tags', 'index', 'delete']) {
    assert.match(stdout, word);
  }
});

test.run();
