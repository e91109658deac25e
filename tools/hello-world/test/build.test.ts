import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openLayout } from '@ctrkit/layout';
import { serveRegistry } from '@ctrkit/image-store';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';

const tool = fileURLToPath(new URL('..', import.meta.url));

async function build(folder: string): Promise<string> {
  const node = [process.execPath, '--import', 'tsx', '--conditions=@ctrkit/source'] as const;
  const { code, stderr } = await run([...node, 'src/build.mjs', folder], { cwd: tool });
  assert.is(code, 0, stderr);
  return join(folder, 'layout');
}

test('two builds make the same bytes', async () => {
  await using directory = await temporaryDirectory();
  const [one, two] = [join(directory.path, 'one'), join(directory.path, 'two')];
  const indexes = [await build(one), await build(two)].map((layout) => join(layout, 'index.json'));
  const [first, second] = await Promise.all(indexes.map((index) => readFile(index, 'utf8')));
  assert.is(first, second);
});

if (needs('command:umoci', 'root')) {
  test('umoci unpacks the image to one file that greets', async () => {
    await using directory = await temporaryDirectory();
    const layout = await build(directory.path);
    const bundle = join(directory.path, 'bundle');
    const unpacked = await run(['umoci', 'unpack', '--image', `${layout}:latest`, bundle]);
    assert.is(unpacked.code, 0, unpacked.stderr);
    assert.equal(await readdir(join(bundle, 'rootfs')), ['hello']);
    const config = JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8')) as {
      process: { args: string[] };
    };
    assert.equal(config.process.args, ['/hello']);
    const { code, stdout } = await run(['chroot', join(bundle, 'rootfs'), '/hello']);
    assert.is(code, 0);
    assert.match(stdout, /^Hello from a container\./m);
  });
}

if (needs('command:skopeo')) {
  test('served by image-store, skopeo finds it as hello-world', async () => {
    await using directory = await temporaryDirectory();
    const layout = await openLayout(await build(directory.path));
    const registry = await serveRegistry(layout, { readOnly: true });
    const image = `docker://${registry.host}/hello-world`;
    const { code, stdout, stderr } = await run(['skopeo', 'inspect', '--tls-verify=false', image]);
    await registry.close();
    assert.is(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { RepoTags: string[] }).RepoTags, ['latest']);
  });
}

test.run();
