import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { from } from '../../src/index.ts';
import { canBuild, failureOf, inBuildWorld } from '../build-world.ts';

if (canBuild()) {
  inBuildWorld('a script builds what its Dockerfile would, and shares its cache', async (world) => {
    await world.write({ 'src/a': 'a' });
    const script = from('busybox')
      .env({ NAME: 'world' })
      .run('echo "hello $NAME" > /greeting')
      .copy('src', '/app')
      .config({ cmd: ['cat', '/greeting'], labels: { a: 'b' }, expose: ['80'] });
    const result = await script.commit(world, { name: 'scripted', context: world.context });
    assert.is(await world.read('scripted', 'greeting'), 'hello world\n');
    const { config } = await world.image('scripted');
    assert.equal(config.config.Cmd, ['cat', '/greeting']);
    assert.equal(config.config.Labels, { a: 'b' });
    const written = await world.build('FROM busybox\nENV NAME=world\nRUN echo "hello $NAME" > /greeting\nCOPY src /app\nLABEL a=b\nEXPOSE 80\nCMD ["cat", "/greeting"]\n'); // prettier-ignore
    assert.equal(written.made, []);
    assert.is(written.imageId, result.imageId);
  });

  inBuildWorld('words are taken as they are, and images go on from each other', async (world) => {
    const base = from('busybox').env({ PRICE: '$5' });
    const build = base.run('echo "$PRICE" > /price');
    const image = from('scratch').copy('/price', '/', { from: build });
    await image.commit(world, { name: 'a' });
    await base.user('app').workdir('/w').run(['touch', 'own']).commit(world, { name: 'b' });
    assert.is(await world.read('a', 'price'), '$5\n');
    assert.is((await world.files('b')).get('w/own')?.uid, 1000);
    const error = await failureOf(() => base.run('exit 4').commit(world));
    assert.is(error.exitCode, 4);
  });
}

test.run();
