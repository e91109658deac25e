import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, codeOf, layerOf, testStore } from './support.ts';

test('an image under the names of docker', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1', {
    config: { Cmd: ['sh'], Labels: { tier: 'web' }, ExposedPorts: { '80/tcp': {} } },
  });
  await on.store.tag('a:1', 'localhost:5000/b');
  await on.store.tag('a:1', 'a:2');
  const details = await on.store.inspect(image.config.digest.slice(7, 19));
  const { digest } = image.manifest;
  assert.is(details.Id, image.config.digest);
  assert.equal(details.RepoTags, ['a:1', 'a:2', 'localhost:5000/b:latest']);
  assert.equal(details.RepoDigests, [`a@${digest}`, `localhost:5000/b@${digest}`]);
  assert.equal(details.RootFS, { Type: 'layers', Layers: image.diffIds as never });
  assert.is(details.Size, image.config.size + (image.layers[0]?.size ?? 0));
  assert.is(details.Os, 'linux');
  assert.is(details.Descriptor.digest, digest);
  assert.is('Variant' in details, false);
  assert.equal(JSON.parse(JSON.stringify(details.Config)), {
    User: '',
    Env: null,
    Cmd: ['sh'],
    Volumes: null,
    WorkingDir: '',
    Entrypoint: null,
    OnBuild: null,
    Labels: { tier: 'web' },
    ExposedPorts: { '80/tcp': {} },
  });
});

test('a nameless image has no names', async () => {
  await using on = await testStore();
  const { config } = await addImage(on, 'a:1');
  await on.store.untag('a:1');
  const { RepoTags, RepoDigests } = await on.store.inspect(config.digest);
  assert.equal([RepoTags, RepoDigests], [[], []]);
});

test('what is not there', async () => {
  await using on = await testStore();
  assert.is(await codeOf(on.store.inspect('nosuch')), 'IMAGE_NOT_FOUND');
  assert.is(await codeOf(on.store.history('nosuch')), 'IMAGE_NOT_FOUND');
});

test('history: the last step first, each with the layer that it added', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1', { layers: [layerOf('one'), layerOf('two')] });
  const steps = await on.store.history('a:1');
  assert.equal(
    steps.map(({ id, createdBy, layer, size, tags }) => [id, createdBy, layer?.digest, size, tags]),
    [
      [image.config.digest, 'test', image.layers[1]?.digest, image.layers[1]?.size, ['a:1']],
      [undefined, 'test', image.layers[0]?.digest, image.layers[0]?.size, []],
    ],
  );
});

test.run();
