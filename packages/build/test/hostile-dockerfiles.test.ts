/** What a Dockerfile may try with nothing but its words. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attack, codeOf, lines, survives } from './attack-world.ts';
import { canBuild } from './build-world.ts';

if (canBuild()) {
  attack('Dockerfiles that grow are refused in time', async (world) => {
    const doubling = Array.from({ length: 64 }, (_, n) => `ARG A${n + 1}=$A${n}$A${n}`);
    const grow = lines('FROM busybox', 'ARG A0=xxxxxxxxxxxxxxxx', ...doubling, 'LABEL a=$A64');
    assert.is(await codeOf(() => world.build(grow)), 'DOCKERFILE_INVALID');
    const environment = doubling.map((line) => line.replace('ARG', 'ENV'));
    const growing = lines('FROM busybox', 'ENV A0=xxxxxxxxxxxxxxxx', ...environment);
    assert.is(await codeOf(() => world.build(growing)), 'DOCKERFILE_INVALID');
    await survives(world, `FROM busybox\nLABEL a=${'x'.repeat(10_000_000)}\n`);
    await survives(
      world,
      `FROM busybox\nLABEL a=${'${A:-'.repeat(10_000)}x${'}'.repeat(10_000)}\n`,
    );
    await survives(world, lines('FROM busybox', ...Array.from({ length: 500 }, (_, n) => `LABEL l${n}=${n}`))); // prettier-ignore
    await survives(world, lines(...Array.from({ length: 1000 }, (_, n) => `FROM ${n === 0 ? 'busybox' : `s${n - 1}`} AS s${n}`))); // prettier-ignore
  });

  attack('stages that need each other, and themselves', async (world) => {
    for (const dockerfile of [
      lines('FROM busybox AS a', 'COPY --from=a /etc /x'),
      lines('FROM busybox AS a', 'COPY --from=b /etc /x', 'FROM a AS b', 'COPY --from=a /etc /y'),
      lines('FROM a AS a'),
      lines('FROM busybox', 'RUN --mount=from=0,target=/m true'),
    ]) {
      await survives(world, dockerfile);
    }
  });

  attack('names that lead out of the store name nothing', async (world) => {
    for (const name of [
      '../x',
      '/x',
      'a/../../b',
      'UPPER',
      'a:b:c',
      '',
      'a'.repeat(300),
      'x@sha256:0',
    ]) {
      assert.is(await codeOf(() => world.build('FROM busybox\n', { names: ['good', name] })), 'NAME_INVALID', name); // prettier-ignore
    }
    assert.is(await codeOf(() => world.image('good')), undefined);
    assert.is(
      await codeOf(() => world.build('FROM busybox\n', { target: '../x' })),
      'STAGE_NOT_FOUND',
    );
  });
}

test.run();
