import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { directoryTree, packDifference, packTree, unpackImage } from '@ctrkit/rootfs';
import { listTree, makeImageLayout, needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { droppedInto, makeSocket, when } from './helpers.ts';

const asRoot = when(needs('root'));

const lower =
  'mkdir -p etc d/s dir gone/deep; touch etc/passwd d/a d/b d/s/c gone/deep/x; echo f > f; ln f g; ln -s f l; echo 1234 > same; echo x > -first';

interface Trees extends AsyncDisposable {
  readonly path: string;
  readonly layer: (dropped?: string[]) => Promise<Buffer>;
}

/** Two trees: the second is a copy of the first, changed by a script. */
async function trees(script: string): Promise<Trees> {
  const base = await temporaryDirectory();
  const made = await run(
    [
      'bash',
      '-ec',
      `mkdir low; (cd low; ${lower}); cp -a low up; cd up; eval "$1"`,
      'bash',
      script,
    ],
    { cwd: base.path },
  );
  assert.is(made.code, 0, made.stderr);
  const tree = (name: string): ReturnType<typeof directoryTree> =>
    directoryTree(join(base.path, name));
  return {
    path: base.path,
    layer: (dropped = []) =>
      buffer(packDifference({ lower: tree('low'), upper: tree('up'), onEvent: droppedInto(dropped) })), // prettier-ignore
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}

const namesOf = async (layer: Buffer): Promise<string[]> => {
  const listed = await run(['tar', '-t', '--quoting-style=literal'], { input: layer });
  return listed.stdout.split('\n').filter((line) => line !== '');
};

/** Lays the layer over the lower tree, as an image of two layers, and lists what comes out. */
async function laidOver(it: Trees, layer: Buffer): Promise<string[]> {
  const low = await buffer(packTree(directoryTree(join(it.path, 'low')), { withRoot: true }));
  await makeImageLayout(join(it.path, 'layout'), { layers: [low, layer] });
  const layout = await openLayout(join(it.path, 'layout'));
  await unpackImage(layout, await resolveImage(layout), join(it.path, 'again'));
  return await listTree(join(it.path, 'again'));
}

const table: Record<string, readonly [script: string, names: readonly string[]]> = {
  nothing: [':', []],
  'what is new, and what is gone': [
    'echo x > dir/n; rm d/a; rm -r gone; touch -r ../low .; touch -r ../low/d d',
    ['d/', 'd/.wh.a', 'dir/', 'dir/n', '.wh.gone'],
  ],
  'a directory becomes a file, and the reverse': [
    'rm -r d; echo d > d; rm l; mkdir l; echo x > l/y',
    ['./', 'd', 'l/', 'l/y'],
  ],
  'other bytes of the same length at the same time': [
    'echo abcd > same; touch -r ../low/same same',
    ['same'],
  ],
  'a link that leads elsewhere, at the same time': [
    'ln -sfn e l; touch -h -r ../low/l l; touch -r ../low .',
    ['l'],
  ],
  'a name more, and one less, of a file': ['ln f h; touch -r ../low .', ['f', 'g', 'h']],
  'a name less of a file, which others have still': ['rm g; touch -r ../low .', ['.wh.g']],
  'names that were one file are two': ['cp -a g x; mv x g; touch -r ../low .', ['f', 'g']],
  'a mode, an owner, an attribute': [
    'chmod 700 dir; chown 5 etc/passwd; setfattr -n user.x -v 1 d/b',
    ['d/', 'd/b', 'dir/', 'etc/', 'etc/passwd'],
  ],
  'only the root': ['chmod 711 .; touch -r ../low .', ['./']],
  'every kind of entry': [everyKindOfEntry, []],
};

for (const [what, [script, names]] of Object.entries(table)) {
  asRoot(`laid over the lower tree, the layer makes the upper one: ${what}`, async () => {
    await using it = await trees(script);
    const layer = await it.layer();
    if (names.length > 0 || script === ':') assert.equal(await namesOf(layer), names);
    assert.equal(await laidOver(it, layer), await listTree(join(it.path, 'up')));
    assert.ok(layer.equals(await it.layer()), 'another time, other bytes');
  });
}

asRoot('what no layer can hold is as good as absent, and told', async () => {
  await using it = await trees(`mknod w c 0 0; touch .wh.x; mkdir .wh.d; touch .wh.d/y; rm f g
    ${makeSocket('f')}; touch -r ../low .`);
  const dropped: string[] = [];
  assert.equal(await namesOf(await it.layer(dropped)), ['.wh.f', '.wh.g']);
  assert.equal(dropped.toSorted(), [
    'device w',
    'name .wh.d',
    'name .wh.d/y',
    'name .wh.x',
    'socket f',
  ]);
});

asRoot('of nothing, all is new', async () => {
  await using it = await trees(':');
  const up = directoryTree(join(it.path, 'up'));
  const all = await buffer(packDifference({ lower: undefined, upper: up }));
  assert.ok(all.equals(await buffer(packTree(up, { withRoot: true }))));
});

when(needs('root', 'command:umoci', 'command:skopeo'))(
  'the same of a bundle as umoci repack finds, and each reads what the other writes',
  async () => {
    await using base = await temporaryDirectory();
    const at = (name: string): string => join(base.path, name);
    await mkdir(at('low'));
    // umoci keeps whole seconds.
    const old = 'find . -exec touch -h -d 2001-01-01 {} +';
    const made = await run(['bash', '-ec', `${lower}; ${old}`], { cwd: at('low') });
    assert.is(made.code, 0, made.stderr);
    const low = await buffer(packTree(directoryTree(at('low'))));
    await makeImageLayout(at('layout'), { layers: [low], tag: 'one' });
    const umoci = async (...args: string[]): Promise<void> => {
      const { code, stderr } = await run(['umoci', ...args], { cwd: base.path });
      assert.is(code, 0, stderr);
    };
    await umoci('unpack', '--image', 'layout:one', 'bundle');
    await run(['cp', '-a', 'bundle/rootfs', 'before'], { cwd: base.path });
    const script =
      'echo x > dir/n; rm d/a f; rm -r gone; chmod 700 etc; ln -sfn e l; mkdir -p new/dir; find . -newermt 2002-01-01 -exec touch -h -d 2010-10-10 {} +';
    assert.is((await run(['bash', '-ec', script], { cwd: at('bundle/rootfs') })).code, 0);
    const ours = await buffer(
      packDifference({ lower: directoryTree(at('before')), upper: directoryTree(at('bundle/rootfs')) }), // prettier-ignore
    );
    await umoci('repack', '--image', 'layout:two', 'bundle');
    const layout = await openLayout(at('layout'));
    const theirs = await resolveImage(layout, { name: 'two' });
    const last = theirs.manifest.layers.at(-1)?.digest.slice(7) ?? '';
    const listed = await run(['bash', '-c', `gzip -dc layout/blobs/sha256/${last} | tar -t`], { cwd: base.path }); // prettier-ignore
    const plain = (names: readonly string[]): string[] =>
      names.map((name) => name.replace(/^\.\//, '')).filter((name) => !['', '.', './'].includes(name)).toSorted(); // prettier-ignore
    // It describes anew what has a name less than before, which no layer says.
    const described = plain(listed.stdout.trim().split('\n')).filter((name) => name !== 'g');
    assert.equal(plain(await namesOf(ours)), described);
    await makeImageLayout(at('own'), { layers: [low, ours], tag: 'two' });
    await umoci('unpack', '--image', 'own:two', 'again');
    await unpackImage(layout, theirs, at('theirs'));
    const wanted = await listTree(at('bundle/rootfs'), { ignoreRoot: true });
    assert.equal(await listTree(at('again/rootfs'), { ignoreRoot: true }), wanted);
    assert.equal(await listTree(at('theirs'), { ignoreRoot: true }), wanted);
  },
);

asRoot('a directory of the host that is not there is told, and no file is made', async () => {
  await using base = await temporaryDirectory();
  await writeFile(join(base.path, 'f'), '');
  const up = directoryTree(join(base.path, 'absent'));
  const error = await buffer(packDifference({ lower: undefined, upper: up })).catch(
    (thrown: unknown) => thrown,
  );
  assert.is((error as { code?: unknown }).code, 'UNPACK_FAILED');
  assert.equal(await readdir(base.path), ['f']);
});

test.run();
