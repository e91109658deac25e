import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { openImageStore } from '@ctrkit/image-store';
import { run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WriteBytes } from '../../src/index.ts';
import { canBuild, failureOf, inBuildWorld } from '../build-world.ts';

const DOCKERFILE = 'FROM scratch\nCOPY a /dir/a\nLABEL x=y\n';

const toFile =
  (path: string): WriteBytes =>
  async (bytes) =>
    await pipeline(Readable.from(bytes), createWriteStream(path));

if (canBuild()) {
  inBuildWorld('local: files in a directory, beside what is there; no image', async (world) => {
    await world.write({ a: 'a' });
    const directory = join(world.directory, 'out/deep');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'mine'), '');
    const result = await world.build(DOCKERFILE, {
      outputs: [{ type: 'local', directory }],
      names: ['no'],
    });
    assert.is(readFileSync(join(directory, 'dir/a'), 'utf8'), 'a');
    assert.ok(existsSync(join(directory, 'mine')));
    assert.is(result.digest, undefined);
    assert.match((await failureOf(() => world.image('no'))).message, /no image/);
  });

  inBuildWorld('tar: what GNU tar lists', async (world) => {
    await world.write({ a: 'a' });
    const path = join(world.directory, 'out.tar');
    await world.build(DOCKERFILE, { outputs: [{ type: 'tar', write: toFile(path) }] });
    assert.is((await run(['tar', '-tf', path])).stdout, 'dir/\ndir/a\n');
  });

  inBuildWorld('oci: what skopeo and our own store read', async (world) => {
    await world.write({ a: 'a' });
    const path = join(world.directory, 'out.tar');
    const { imageId } = await world.build(DOCKERFILE, { outputs: [{ type: 'oci', write: toFile(path) }], names: ['given:1'] }); // prettier-ignore
    const { stdout, code } = await run(['skopeo', 'inspect', '--config', `oci-archive:${path}`]);
    assert.is(code, 0);
    assert.equal((JSON.parse(stdout) as { config: { Labels: object } }).config.Labels, { x: 'y' });
    assert.match((await failureOf(() => world.image('given:1'))).message, /no image/);
    const [record] = await (await openImageStore(world)).import(createReadStream(path));
    assert.is(record?.id, imageId);
  });

  inBuildWorld('squash: one layer on top of the base, with the same files', async (world) => {
    await world.write({ a: 'a' });
    const dockerfile = 'FROM busybox\nRUN echo 1 > /one; echo x > /gone\nRUN rm /gone /etc/group\nCOPY a /two\nCMD ["x"]\n'; // prettier-ignore
    await world.build(dockerfile, { names: ['layered'] });
    await world.build(dockerfile, { names: ['squashed'], squash: true });
    const { config } = await world.image('squashed');
    assert.is(config.rootfs.diff_ids.length, 2);
    assert.is((config.history ?? []).filter(({ empty_layer }) => empty_layer !== true).length, 2);
    assert.equal(config.config.Cmd, ['x']);
    const files = await world.files('squashed');
    assert.equal([...files.keys()], [...(await world.files('layered')).keys()]);
    assert.not.ok(files.has('etc/group'));
  });

  inBuildWorld(
    'the same inputs are the same image, whatever the clock, the umask and the times',
    async (world) => {
      await world.write({ a: 'a', 'd/b': 'b' });
      const dockerfile = 'FROM busybox\nWORKDIR /w\nRUN date > /dev/null; echo x > made; mkdir sub\nCOPY . /all/\nLABEL a=b\nCMD ["x"]\n'; // prettier-ignore
      const options = { buildArgs: new Map([['SOURCE_DATE_EPOCH', '1700000000']]), noCache: true, names: ['made'] }; // prettier-ignore
      const one = await world.build(dockerfile, options);
      const before = process.umask(0o077);
      try {
        await new Promise((resolve) => setTimeout(resolve, 1100));
        writeFileSync(join(world.context, 'a'), 'a');
        const other = await world.build(dockerfile, options);
        assert.is(other.digest, one.digest);
      } finally {
        process.umask(before);
      }
      const { config } = await world.image('made');
      assert.is(config.created, '2023-11-14T22:13:20.000Z');
      for (const entry of [...(await world.files('made'))].filter(([path]) =>
        /^(?:w|all)/.test(path),
      )) {
        assert.is(entry[1].modified, 1_700_000_000_000_000_000n, entry[0]);
      }
      assert.ok(statSync(join(world.context, 'a')).mtimeMs > 1.7e12);
    },
  );
}

test.run();
