import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listTree, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { diffIdOf, unpack, when } from './helpers.ts';

const asRoot = when(needs('root', 'command:tar', 'command:setfattr'));

const formats = {
  'pax, sparse 1.0': [
    '--format=pax',
    '-S',
    '--sparse-version=1.0',
    '--xattrs',
    '--xattrs-include=*',
  ],
  'pax, sparse 0.1': [
    '--format=pax',
    '-S',
    '--sparse-version=0.1',
    '--xattrs',
    '--xattrs-include=*',
  ],
  'pax, sparse 0.0': [
    '--format=pax',
    '-S',
    '--sparse-version=0.0',
    '--xattrs',
    '--xattrs-include=*',
  ],
  'pax, not sparse': ['--format=pax', '--xattrs', '--xattrs-include=*'],
  'pax, global header': ['--format=pax', '--pax-option=globexthdr.name=g,comment=hello'],
  'gnu, sparse': ['--format=gnu', '-S'],
  gnu: ['--format=gnu'],
  oldgnu: ['--format=oldgnu'],
};

for (const [format, options] of Object.entries(formats)) {
  asRoot(`an archive in the format ${format} unpacks as GNU tar unpacks it`, async () => {
    await using base = await temporaryDirectory();
    const at = (name: string): string => join(base.path, name);
    for (const name of ['tree', 'theirs', 'ours']) await mkdir(at(name));
    const made = await run(['bash', '-c', everyKindOfEntry], { cwd: at('tree') });
    assert.is(made.code, 0, made.stderr);
    execFileSync('tar', ['-C', at('tree'), '--numeric-owner', ...options, '-cf', at('a.tar'), '.']);
    const extract = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '-xpf', at('a.tar')];
    execFileSync('tar', ['-C', at('theirs'), ...extract]);
    await unpack(await readFile(at('a.tar')), at('ours'));
    assert.equal(await listTree(at('ours')), await listTree(at('theirs')));
  });
}

asRoot('an archive in the format ustar and one of V7', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  const script =
    'mkdir -p a/b; echo x > a/b/f; ln a/b/f h; ln -s f a/b/l; mkdir -p $(printf "p%.0s" $(seq 90))/$(printf "q%.0s" $(seq 90)); touch -d 2020-01-01 a/b/f';
  for (const format of ['ustar', 'v7']) {
    const [tree, theirs, ours] = [
      at(`tree-${format}`),
      at(`theirs-${format}`),
      at(`ours-${format}`),
    ] as const;
    for (const path of [tree, theirs, ours]) await mkdir(path);
    const command = format === 'v7' ? script.split(';').slice(0, 4).join(';') : script;
    assert.is((await run(['bash', '-c', command], { cwd: tree })).code, 0);
    execFileSync('tar', [
      '-C',
      tree,
      '--numeric-owner',
      `--format=${format}`,
      '-cf',
      at('a.tar'),
      '.',
    ]);
    execFileSync('tar', ['-C', theirs, '--numeric-owner', '-xpf', at('a.tar')]);
    await unpack(await readFile(at('a.tar')), ours);
    assert.equal(await listTree(ours), await listTree(theirs), format);
  }
});

when(needs('root', 'command:zstd'))('gzip of several members, and zstd', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  const archive = tarOf([{ path: 'f', type: 'File', content: 'x'.repeat(100_000) }]);
  const [half, rest] = [archive.subarray(0, 5000), archive.subarray(5000)];
  const zstd = await run(['zstd', '-q', '-c'], { input: archive });
  const packed = {
    gzip: Buffer.concat([gzipSync(half), gzipSync(rest)]),
    zstd: zstd.output,
    none: archive,
  } as const;
  const diffId = diffIdOf(archive);
  for (const compression of ['gzip', 'zstd', 'none'] as const) {
    await mkdir(at(compression));
    await unpack(packed[compression], at(compression), { diffId, compression });
    assert.is(await readFile(join(at(compression), 'f'), 'utf8'), 'x'.repeat(100_000));
  }
});

test.run();
