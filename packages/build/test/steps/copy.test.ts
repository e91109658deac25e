import { chmod, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, failureOf, inBuildWorld } from '../build-world.ts';
import type { BuildWorld } from '../build-world.ts';

/** What of an image is below a directory, `path mode uid:gid`, sorted. */
async function listed(world: BuildWorld, name: string, below: string): Promise<string[]> {
  const files = await world.files(name);
  return [...files.values()]
    .filter(({ path }) => `${path.toString()}/`.startsWith(`${below}/`))
    .map(
      ({ path, mode, uid, gid, type }) =>
        `${path.toString()}${type === 'directory' ? '/' : ''} ${mode.toString(8)} ${uid}:${gid}`,
    ) // prettier-ignore
    .toSorted();
}

const files = { 'a.txt': 'a', 'b.txt': 'b', 'dir/c.txt': 'c', 'dir/sub/d.txt': 'd' };

if (canBuild()) {
  inBuildWorld('files and directories go where docker puts them', async (world) => {
    await world.write(files);
    await chmod(join(world.context, 'a.txt'), 0o640);
    const dockerfile = `FROM busybox
COPY a.txt /file
COPY a.txt /new/
COPY a.txt b.txt /both/
COPY dir /merged
COPY dir/ /merged2/
COPY *.txt /globbed/
COPY . /all/
COPY a.txt /tmp
`;
    await world.build(dockerfile, { names: ['made'] });
    const found = await world.files('made');
    for (const path of [
      'file',
      'new/a.txt',
      'both/a.txt',
      'both/b.txt',
      'merged/c.txt',
      'merged/sub/d.txt',
      'merged2/c.txt',
      'globbed/a.txt',
      'all/dir/sub/d.txt',
      'tmp/a.txt',
    ]) {
      // prettier-ignore
      assert.is(found.get(path)?.type, 'file', path);
    }
    assert.is(found.get('file')?.mode, 0o640);
    assert.is(found.get('tmp')?.mode, 0o1777, 'a directory that is there stays as it is');
    assert.is(found.get('new')?.mode, 0o755);
    assert.not.ok(found.has('globbed/dir'));
  });

  inBuildWorld(
    'a destination is relative to WORKDIR, and links lead to where they lead',
    async (world) => {
      await world.write({ 'a.txt': 'a' });
      const dockerfile = `FROM busybox
RUN mkdir -p /real/place && ln -s /real/place /link && ln -s ../../etc /real/place/up && ln -s /etc/target /tolink && ln -s ../../../../../../escape /out
WORKDIR /work
COPY a.txt rel/
COPY a.txt /link/
COPY a.txt /link/up/copied
COPY a.txt /tolink
COPY a.txt /out
`;
      await world.build(dockerfile, { names: ['made'] });
      const found = await world.files('made');
      for (const path of [
        'work/rel/a.txt',
        'real/place/a.txt',
        'etc/copied',
        'etc/target',
        'escape',
      ]) {
        // prettier-ignore
        assert.is(found.get(path)?.type, 'file', path);
      }
      for (const path of ['link', 'tolink', 'out']) assert.is(found.get(path)?.type, 'symlink');
    },
  );

  inBuildWorld('--chown and --chmod are of the image, parents too', async (world) => {
    await world.write(files);
    const dockerfile = `FROM busybox
COPY --chown=app:users a.txt /one/deep/a
COPY --chown=1234 --chmod=600 a.txt /two
COPY --chown=app dir /three
COPY --chmod=u=rwX,go=rX dir /four
COPY --chown=7:8 --link a.txt /five/a
`;
    await world.build(dockerfile, { names: ['made'] });
    assert.equal(await listed(world, 'made', 'one'), ['one/ 755 1000:100', 'one/deep/ 755 1000:100', 'one/deep/a 644 1000:100']); // prettier-ignore
    assert.equal(await listed(world, 'made', 'two'), ['two 600 1234:1234']);
    assert.equal(await listed(world, 'made', 'three/sub'), ['three/sub/ 755 1000:1000', 'three/sub/d.txt 644 1000:1000']); // prettier-ignore
    assert.equal(await listed(world, 'made', 'four/sub'), ['four/sub/ 755 0:0', 'four/sub/d.txt 644 0:0']); // prettier-ignore
    assert.equal(await listed(world, 'made', 'five'), ['five/ 755 7:8', 'five/a 644 7:8']);
    const error = await failureOf(() => world.build('FROM busybox\nCOPY --chown=nobody-here a.txt /x\n')); // prettier-ignore
    assert.is(error.code, 'USER_NOT_FOUND');
  });

  inBuildWorld('what does not fit is an error, and no image', async (world) => {
    await world.write({ ...files, 'over/etc': 'file' });
    const codes: [string, string][] = [
      ['COPY nosuch /x', 'SOURCE_NOT_FOUND'],
      ['COPY a.txt b.txt /x', 'DESTINATION_INVALID'],
      ['COPY *.txt /x', 'DESTINATION_INVALID'],
      ['COPY dir /etc/passwd', 'DESTINATION_INVALID'],
      ['COPY over /', 'DESTINATION_INVALID'],
      ['COPY ../secret /x', 'SOURCE_NOT_FOUND'],
      ['COPY a.txt /etc/passwd/x', 'DESTINATION_INVALID'],
    ];
    for (const [line, code] of codes) {
      const error = await failureOf(() =>
        world.build(`FROM busybox\n${line}\n`, { names: ['no'] }),
      );
      assert.is(error.code, code, `${line}: ${error.message}`);
    }
    assert.match((await failureOf(() => world.image('no'))).message, /no image/);
  });

  inBuildWorld("a heredoc is a file; variables in it are the build's", async (world) => {
    const dockerfile = `FROM busybox
ENV NAME=world
COPY <<one <<"two" /docs/
hello $NAME
one
hello $NAME
two
COPY --chmod=755 <<EOF /run.sh
#!/bin/sh
EOF
`;
    await world.build(dockerfile, { names: ['made'] });
    assert.is(await world.read('made', 'docs/one'), 'hello world\n');
    assert.is(await world.read('made', 'docs/two'), 'hello $NAME\n');
    assert.is((await world.files('made')).get('run.sh')?.mode, 0o755);
  });

  inBuildWorld('the cache knows contents and permissions, not times', async (world) => {
    await world.write(files);
    const dockerfile = 'FROM busybox\nCOPY . /app/\n';
    const first = await world.build(dockerfile);
    await utimes(join(world.context, 'a.txt'), 1, 1);
    assert.is((await world.build(dockerfile)).imageId, first.imageId);
    await chmod(join(world.context, 'a.txt'), 0o600);
    assert.equal((await world.build(dockerfile)).made, ['COPY . /app/']);
    await symlink('a.txt', join(world.context, 'link'));
    assert.equal((await world.build(dockerfile)).made, ['COPY . /app/']);
  });

  inBuildWorld('--link does not depend on what is below it', async (world) => {
    await world.write({ 'a.txt': 'a' });
    const linked = (line: string): string => `FROM busybox\n${line}\nCOPY --link a.txt /app/a\n`;
    await world.build(linked('RUN true'));
    const { made } = await world.build(linked('RUN echo other > /other'), { names: ['made'] });
    assert.equal(made, ['RUN echo other > /other']);
    assert.is(await world.read('made', 'app/a'), 'a');
  });

  inBuildWorld('--parents keeps paths, --exclude leaves out', async (world) => {
    await world.write(files);
    const dockerfile = `FROM busybox
COPY --parents dir/sub/d.txt dir/c.txt /kept/
COPY --exclude=*.txt --exclude=dir/sub . /some/
`;
    await world.build(dockerfile, { names: ['made'] });
    const found = await world.files('made');
    assert.ok(found.has('kept/dir/sub/d.txt') && found.has('kept/dir/c.txt'));
    assert.not.ok(found.has('some/a.txt'));
    assert.ok(found.has('some/dir/c.txt'));
    assert.not.ok(found.has('some/dir/sub'));
  });

  inBuildWorld('names of one file stay so', async (world) => {
    const dockerfile = 'FROM busybox AS base\nFROM scratch\nCOPY --from=base /bin/ /bin/\n';
    await world.build(dockerfile, { names: ['made'] });
    const found = await world.files('made');
    assert.is(found.get('bin/ls')?.inode, found.get('bin/busybox')?.inode);
    assert.ok((found.get('bin/busybox')?.links ?? 0) > 20);
  });
}

test.run();
