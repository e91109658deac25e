import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { blobPath, openLayout, readBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { chainIds } from '@ctrkit/oci';
import { newEntry, packEntries, storedLayers, unpackInto, writeLayer } from '@ctrkit/rootfs';
import type { WriteLayerOptions, WrittenLayer } from '@ctrkit/rootfs';
import { walkTree } from '@ctrkit/syscalls';
import type { WalkRecord } from '@ctrkit/syscalls';
import { listTree, memoryDisk, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { chunksOf, codeOf, diffIdOf, when } from './helpers.ts';

const asRoot = when(needs('root'));

interface Store extends AsyncDisposable {
  readonly path: string;
  readonly root: string;
  readonly layout: Layout;
  readonly write: (
    tar: Uint8Array,
    options?: Partial<WriteLayerOptions>,
  ) => Promise<WrittenLayer | undefined>;
  /** What is half-made. */
  readonly leftovers: () => string[];
}

async function store(): Promise<Store> {
  const base = await temporaryDirectory();
  const root = join(base.path, 'root');
  await mkdir(root);
  const layout = await openLayout(root, { create: true });
  return {
    path: base.path,
    root,
    layout,
    write: (tar, options) => writeLayer(pieces(tar), { root, layout, ...options }),
    leftovers: () => [
      ...readdirSync(root).filter((name) => name.startsWith('.tmp-')),
      ...readdirSync(join(root, 'layers/sha256')).filter((name) => name.startsWith('.tmp-')),
    ],
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}

async function* pieces(tar: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* chunksOf(tar, 10_007);
}

asRoot('a layer becomes a blob and is unpacked in one go', async () => {
  await using it = await store();
  const made = await run(
    ['bash', '-c', everyKindOfEntry + 'tar --xattrs --xattrs-include=* -cf ../t .'],
    {
      cwd: await directoryIn(it.path),
    },
  );
  assert.is(made.code, 0, made.stderr);
  const tar = await buffer(packEntries(walkTree([{ op: 'root', path: join(it.path, 'tree') }], { contents: 2 ** 40 }))); // prettier-ignore
  const layer = await it.write(tar);
  assert.ok(layer);
  assert.is(layer.diffId, diffIdOf(tar));
  assert.is(layer.directory, join(it.root, 'layers/sha256', layer.diffId.slice(7), 'fs'));
  assert.ok(existsSync(blobPath(it.layout, layer.descriptor.digest)));
  const again = join(it.path, 'again');
  await mkdir(again);
  const { diffId } = layer;
  await unpackInto(readBlob(it.layout, layer.descriptor), { diffId, compression: 'gzip', directory: again }); // prettier-ignore
  assert.equal(await listTree(layer.directory ?? ''), await listTree(again));
  assert.equal(it.leftovers(), []);
});

async function directoryIn(path: string): Promise<string> {
  await mkdir(join(path, 'tree'));
  return join(path, 'tree');
}

asRoot('an archive of nothing is no layer', async () => {
  await using it = await store();
  assert.is(await it.write(tarOf([])), undefined);
  assert.equal(await storedLayers(it.root), []);
  assert.equal(it.leftovers(), []);
});

asRoot('one that leans on the layers below it is kept by its chain id', async () => {
  await using it = await store();
  const low = await it.write(tarOf([{ path: 'a', type: 'File', content: 'contents' }]));
  assert.ok(low);
  const below = { diffIds: [low.diffId], directories: [low.directory ?? ''] };
  const layer = await it.write(tarOf([{ path: 'b', type: 'Link', linkpath: 'a' }]), { below });
  assert.ok(layer);
  const [, chainId] = chainIds([low.diffId, layer.diffId]);
  assert.is(layer.directory, join(it.root, 'layers/sha256', chainId?.slice(7) ?? '', 'fs'));
  assert.equal(readdirSync(layer.directory ?? ''), ['a', 'b']);
});

asRoot('whatever fails is told as it is, and leaves nothing', async () => {
  await using it = await store();
  const large = tarOf([{ path: 'a', type: 'File', content: 'x'.repeat(3_000_000) }]);
  await using disk = await memoryDisk(1);
  await mkdir(join(disk.path, 'layout'));
  const small = await openLayout(join(disk.path, 'layout'), { create: true });
  const noise = randomBytes(6_000_000).toString('latin1');
  const random = tarOf([{ path: 'a', type: 'File', content: noise }]);
  const reason = Object.assign(new Error('enough'), { code: 'ABORT' });
  const outside = tarOf([{ path: '../a', type: 'File', content: 'x' }]);
  const cases: [string, () => Promise<unknown>][] = [
    ['NO_SPACE', () => it.write(random, { layout: small })],
    ['LAYER_INVALID', () => it.write(outside)],
    ['LAYER_INVALID', () => it.write(large.subarray(0, 2_000_000))],
    ['ABORT', () => it.write(large, { signal: AbortSignal.abort(reason) })],
    ['SOURCE', () => writeLayer(failing(large), it)],
  ];
  for (const [code, action] of cases) assert.is(await codeOf(action()), code);
  assert.equal(await storedLayers(it.root), []);
  assert.equal(it.leftovers(), []);
});

async function* failing(tar: Uint8Array): AsyncGenerator<Uint8Array> {
  yield tar.subarray(0, 1_000_000);
  throw Object.assign(new Error('broken'), { code: 'SOURCE' });
}

async function* records(...list: WalkRecord[]): AsyncGenerator<WalkRecord> {
  yield* list;
}

test('entries of one’s own making are packed as those of a tree are', async () => {
  const modified = 1_500_000_000n * 1_000_000_000n;
  const layer = packEntries(
    records(
      newEntry({ path: 'app', type: 'directory', mode: 0o755, modified }),
      newEntry({ path: 'app/f', type: 'file', mode: 0o640, uid: 7, gid: 8, size: 5, modified }),
      { kind: 'data', offset: 0, content: Buffer.from('hello') },
      newEntry({ path: 'app/l', type: 'symlink', mode: 0o777, target: 'f', modified }),
    ),
  );
  const listed = await run(['tar', '-tv', '--numeric-owner', '--utc'], {
    input: await buffer(layer),
  });
  assert.equal(listed.stdout.trimEnd().split('\n'), [
    'drwxr-xr-x 0/0               0 2017-07-14 02:40 app/',
    '-rw-r----- 7/8               5 2017-07-14 02:40 app/f',
    'lrwxrwxrwx 0/0               0 2017-07-14 02:40 app/l -> f',
  ]);
});

asRoot('a walk goes to another place, with another owner and time', async () => {
  await using base = await temporaryDirectory();
  await run(['bash', '-c', 'mkdir d; echo hi > d/f; ln d/f d/g'], { cwd: base.path });
  async function* moved(): AsyncGenerator<WalkRecord> {
    const walk = walkTree([{ op: 'root', path: base.path }], { contents: 1000 });
    for await (const record of walk) {
      if (record.kind === 'data') yield record;
      else if (record.path.toString() !== '.')
        yield { ...record, path: Buffer.from(`srv/${record.path.toString()}`), uid: 3, gid: 4 };
    }
  }
  const layer = await buffer(packEntries(moved(), { modified: 0n }));
  const listed = await run(['tar', '-tv', '--numeric-owner', '--utc'], { input: layer });
  assert.equal(
    listed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^.{10} +/, '').replace(/ +/g, ' ')),
    [
      '3/4 0 1970-01-01 00:00 srv/d/',
      '3/4 3 1970-01-01 00:00 srv/d/f',
      '3/4 0 1970-01-01 00:00 srv/d/g link to srv/d/f',
    ],
  );
});

test.run();
