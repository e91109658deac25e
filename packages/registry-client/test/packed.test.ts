import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openImageStore, serveRegistry } from '@ctrkit/image-store';
import {
  firstExample,
  makeImageLayout,
  needs,
  packedProject,
  tarOf,
  temporaryDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

if (needs('file:packages/registry-client/dist/index.js')) {
  test('installed alone, the example of the README compiles and works', async () => {
    await using directory = await temporaryDirectory();
    const source = join(directory.path, 'source');
    const layers = [tarOf([{ path: 'file', type: 'File', content: 'x' }])];
    const image = await makeImageLayout(source, { layers });
    const store = await openImageStore({ root: join(directory.path, 'store') });
    await store.import(source, { name: 'app:1' });
    await using registry = await serveRegistry(store, { readOnly: true });
    const project = await packedProject(directory.path, 'registry-client');
    const program = await firstExample('registry-client');
    for (const news of ['is new', 'was there']) {
      const result = await project.runTypeScript(program, { args: [`${registry.host}/app:1`] });
      assert.is(result.code, 0, result.stderr);
      assert.is(result.stdout, `${image.manifest.digest} ${news}\n1\n`);
    }
    const index = await readFile(join(project.directory, 'images/index.json'), 'utf8');
    assert.ok(index.includes(image.manifest.digest));
  });
}

test.run();
