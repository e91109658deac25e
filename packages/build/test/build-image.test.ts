import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, failureOf, inBuildWorld } from './build-world.ts';

const SIMPLE = `FROM busybox
ARG WHO=world
ENV GREETING=hello
RUN echo "$GREETING $WHO" > /greeting && echo done
COPY file.txt /app/
WORKDIR /app
CMD ["cat", "/greeting"]
`;

if (canBuild()) {
  inBuildWorld('a Dockerfile becomes an image, and all of it is cached', async (world) => {
    await world.write({ 'file.txt': 'one\n' });
    const first = await world.build(SIMPLE, { names: ['app'] });
    assert.is(first.output, 'done\n');
    assert.is(await world.read('app', 'greeting'), 'hello world\n');
    assert.is(await world.read('app', 'app/file.txt'), 'one\n');
    const { config, id } = await world.image('app');
    assert.is(id, first.imageId);
    assert.equal(config.config.Cmd, ['cat', '/greeting']);
    assert.is(config.config.WorkingDir, '/app');
    assert.equal(first.cached, ['FROM busybox']);
    const second = await world.build(SIMPLE, { names: ['app'] });
    assert.equal(second.made, []);
    assert.is(second.imageId, first.imageId);
    assert.is(second.digest, first.digest);
  });

  inBuildWorld('when it is over, all its layers are brought to the disk', async (world) => {
    await world.write({ 'file.txt': 'one\n' });
    await world.build(SIMPLE, { names: ['app'] });
    const layers = join(world.root, 'layers/sha256');
    const isSynced = (id: string): boolean => existsSync(join(layers, id, 'synced'));
    const deadline = Date.now() + 30_000;
    while (!readdirSync(layers).every(isSynced) && Date.now() < deadline) await sleep(20);
    assert.equal(
      readdirSync(layers).filter((id) => !isSynced(id)),
      [],
    );
    assert.ok(readdirSync(layers).length >= 3);
  });

  inBuildWorld('what is changed, and what is below it, is made again', async (world) => {
    await world.write({ 'file.txt': 'one\n' });
    await world.build(SIMPLE, { names: ['app'] });
    await world.write({ 'file.txt': 'two\n' });
    const { made } = await world.build(SIMPLE, { names: ['app'] });
    assert.equal(made, ['COPY file.txt /app/', 'WORKDIR /app', 'CMD ["cat", "/greeting"]']);
    const bob = await world.build(SIMPLE, { buildArgs: new Map([['WHO', 'bob']]), names: ['app'] });
    assert.equal(bob.cached, ['FROM busybox', 'ARG WHO=world', 'ENV GREETING=hello']);
    assert.is(await world.read('app', 'greeting'), 'hello bob\n');
  });

  inBuildWorld('a RUN that fails fails the build with its code', async (world) => {
    const error = await failureOf(() => world.build('FROM busybox\nRUN echo before; exit 3\nCMD true\n')); // prettier-ignore
    assert.is(error.code, 'STEP_FAILED');
    assert.is(error.exitCode, 3);
    assert.is(error.message, "The command '/bin/sh -c echo before; exit 3' returned a non-zero code: 3"); // prettier-ignore
  });
}

test.run();
