import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { digestOf } from '@ctrkit/oci';
import { run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, failureOf, inBuildWorld } from '../build-world.ts';
import type { BuildWorld } from '../build-world.ts';

async function archive({ context }: BuildWorld, name: string, ...flags: string[]): Promise<void> {
  const { code, stderr } = await run(['tar', '-C', context, '--owner=7', '--group=8', ...flags, '-cf', join(context, name), 'in']); // prettier-ignore
  if (code !== 0) throw new Error(stderr);
}

/** Serves one file, and what it is asked for. */
async function serving(
  body: () => string,
  action: (origin: string) => Promise<void>,
): Promise<void> {
  const server = createServer((_, response) => response.setHeader('last-modified', 'Thu, 01 Jan 2015 00:00:00 GMT').end(body())); // prettier-ignore
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await action(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

if (canBuild()) {
  inBuildWorld(
    'archives are unpacked, with their owners; by what is in them, not by their names',
    async (world) => {
      await world.write({ 'in/deep/file': 'x', 'plain.tar': 'no archive' });
      await archive(world, 'a.tar');
      await archive(world, 'b.data', '--gzip');
      const dockerfile = `FROM busybox
ADD a.tar /one/
ADD b.data /two
ADD plain.tar /three/
ADD --chown=1:2 a.tar /four/
ADD --unpack=false a.tar /five/
COPY a.tar /six/
ADD in /seven/
`;
      await world.build(dockerfile, { names: ['made'] });
      const files = await world.files('made');
      const owner = (path: string): string => `${files.get(path)?.uid}:${files.get(path)?.gid}`;
      assert.is(owner('one/in/deep/file'), '7:8');
      assert.is(owner('two/in/deep/file'), '7:8');
      assert.is(owner('four/in/deep/file'), '1:2');
      for (const path of ['three/plain.tar', 'five/a.tar', 'six/a.tar', 'seven/deep/file']) {
        assert.is(owner(path), '0:0', path);
      }
      assert.equal((await world.build(dockerfile)).made, []);
    },
  );

  inBuildWorld(
    'a URL is a file of root, as old as the server says; cached by what it gives',
    async (world) => {
      let body = 'one';
      await serving(
        () => body,
        async (origin) => {
          // prettier-ignore
          const dockerfile = `FROM busybox\nADD ${origin}/dir/file.bin /got/\nADD ${origin}/x /named\n`;
          await world.build(dockerfile, { names: ['made'] });
          const files = await world.files('made');
          assert.is(await world.read('made', 'got/file.bin'), 'one');
          assert.is(files.get('named')?.mode, 0o600);
          assert.is(files.get('named')?.modified, 1_420_070_400_000_000_000n);
          assert.equal((await world.build(dockerfile)).made, []);
          body = 'two';
          assert.is((await world.build(dockerfile)).made.length, 2);
        },
      );
    },
  );

  inBuildWorld('a checksum is held to', async (world) => {
    await serving(
      () => 'one',
      async (origin) => {
        // prettier-ignore
        const add = (digest: string): string => `FROM busybox\nADD --checksum=${digest} ${origin}/x /x\n`;
        await world.build(add(digestOf('one')));
        const error = await failureOf(() => world.build(add(digestOf('two'))));
        assert.is(error.code, 'CHECKSUM_MISMATCH');
      },
    );
    await world.write({ a: 'a' });
    const local = await failureOf(() => world.build(`FROM busybox\nADD --checksum=${digestOf('a')} a /x\n`)); // prettier-ignore
    assert.ok(['ARGUMENT_INVALID', 'DOCKERFILE_INVALID'].includes(local.code ?? ''));
  });
}

test.run();
