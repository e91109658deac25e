import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { firstExample, needs, packedProject, temporaryDirectory } from '@ctrkit/testing';
import { addImage, testStore } from './support.ts';

if (needs('file:packages/image-store/dist/index.js')) {
  test('installed alone, the example of the README compiles and works', async () => {
    await using directory = await temporaryDirectory();
    await using on = await testStore();
    const image = await addImage(on, 'a', { config: { Cmd: ['sh'] } });
    const input = Buffer.concat(await (await on.store.export(['a'])).toArray());
    const project = await packedProject(directory.path, 'image-store');
    const source = await firstExample('image-store');
    const { code, stdout, stderr } = await project.runTypeScript(source, { input });
    assert.is(code, 0, stderr);
    assert.is(stderr, '');
    const [id, origin] = stdout.split('\n');
    assert.is(id, `${image.config.digest} [ 'sh' ]`);
    assert.match(origin ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  });
}

test.run();
