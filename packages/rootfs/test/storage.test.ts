import { appendFile, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, readBlob, resolveImage } from '@ctrkit/layout';
import type { Layout, ResolvedImage } from '@ctrkit/layout';
import {
  adoptLayer,
  claimIds,
  discardLayer,
  ensureLayers,
  findChanges,
  isUnpacked,
  layersOf,
  packChanges,
  storageOf,
  unpackImage,
  unpackInto,
  verifyLayer,
  writeLayer,
} from '@ctrkit/rootfs';
import { listTree, makeImageLayout, memoryDisk, needs, overlayDisk, run, tarOf, temporaryDirectory } from '@ctrkit/testing'; // prettier-ignore
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { diffIdOf, when } from './helpers.ts';

const asRoot = when(needs('root', 'overlay', 'command:setfattr'));

const noneToClaim: [] = [];

/** What is chosen for a directory. */
async function chosenIn(root: string): Promise<string> {
  (await claimIds(root, noneToClaim)).release();
  assert.is((await readFile(join(root, 'layers/storage'), 'utf8')).trim(), storageOf(root));
  assert.equal((await readdir(join(root, 'layers'))).toSorted(), ['claims', 'storage']);
  return storageOf(root);
}

asRoot('an overlay where one can be made, else copies: on an overlay, for one', async () => {
  await using ordinary = await temporaryDirectory();
  assert.is(await chosenIn(ordinary.path), 'overlay');
  await using memory = await memoryDisk(8);
  assert.is(await chosenIn(memory.path), 'overlay');
  await using overlay = await overlayDisk();
  assert.is(await chosenIn(overlay.path), 'copy');
});

asRoot('what was chosen stays so', async () => {
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, 'layers'));
  await writeFile(join(directory.path, 'layers/storage'), 'copy\n');
  assert.is(storageOf(directory.path), 'copy');
});

interface Unpacked {
  readonly root: string;
  readonly layout: Layout;
  readonly image: ResolvedImage;
  /** In a directory of an ordinary file system. */
  readonly at: (name: string) => string;
}

const changed: [path: string, content?: string][] = [
  ['d/.wh.soft'],
  ['d/sub/new', 'in a directory that nobody describes'],
  ['.wh.sp ace'],
  ['set/.wh..wh..opq'],
  ['set/later', ''],
];

/** An image of three layers: every kind of entry, changes of it, and a link into the first. */
async function unpackedOnOverlay(use: (it: Unpacked) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  await using disk = await overlayDisk();
  const at = (name: string): string => join(directory.path, name);
  await mkdir(at('every'));
  const made = await run(['bash', '-c', everyKindOfEntry], { cwd: at('every') });
  assert.is(made.code, 0, made.stderr);
  await run(['tar', '--numeric-owner', '--sparse', '--xattrs', '--xattrs-include=*', '-C', at('every'), '-cf', at('every.tar'), '.']); // prettier-ignore
  const second = changed.map(([path, content = '']) => ({ path, type: 'File', content }) as const);
  const third = tarOf([{ path: 'again', type: 'Link', linkpath: 'd/file' }]);
  const layers = [await readFile(at('every.tar')), tarOf(second), third];
  await makeImageLayout(at('layout'), { layers });
  const [root, layout] = [disk.path, await openLayout(at('layout'))];
  await use({ root, layout, image: await resolveImage(layout), at });
}

asRoot('all layers of an image are one directory, as unpacking it to one makes it', () =>
  unpackedOnOverlay(async ({ root, layout, image, at }) => {
    const events: string[] = [];
    assert.not(isUnpacked(root, image));
    const onEvent = (event: { type: string; status?: string }): void => {
      if (event.type === 'layer') events.push(String(event.status));
    };
    const [directory = '', ...others] = await ensureLayers(layout, image, { root, onEvent });
    assert.equal(others, []);
    assert.equal(
      events,
      [1, 2, 3].flatMap(() => ['unpacking', 'done']),
    );
    assert.ok(isUnpacked(root, image));
    await unpackImage(layout, image, at('plain'));
    assert.equal(await listTree(directory), await listTree(at('plain')));
    assert.equal(await ensureLayers(layout, image, { root }), [directory], 'and it stays');
  }),
);

asRoot('what is there already is the base of what stands upon it', () =>
  unpackedOnOverlay(async ({ root, layout, image, at }) => {
    const { diff_ids: ids } = image.config.rootfs;
    const base = {
      manifest: { ...image.manifest, layers: image.manifest.layers.slice(0, 1) },
      config: { ...image.config, rootfs: { ...image.config.rootfs, diff_ids: ids.slice(0, 1) } },
    };
    await ensureLayers(layout, base, { root });
    const read: number[] = [];
    const source = (blob: { size: number }): AsyncGenerator<Buffer> => {
      read.push(blob.size);
      const descriptor = image.manifest.layers.find(({ size }) => size === blob.size);
      return readBlob(layout, descriptor ?? image.manifest.config);
    };
    const [directory = ''] = await ensureLayers(layout, image, { root, source });
    assert.equal(
      read,
      image.manifest.layers.slice(1).map(({ size }) => size),
    );
    await unpackImage(layout, image, at('plain'));
    assert.equal(await listTree(directory), await listTree(at('plain')));
  }),
);

asRoot('damage is found, and is gone when it is made again', () =>
  unpackedOnOverlay(async ({ root, layout, image }) => {
    const [directory = ''] = await ensureLayers(layout, image, { root });
    const layers = layersOf(image);
    const verify = (): ReturnType<typeof verifyLayer> => verifyLayer(layout, layers, { root });
    assert.is(await verify(), undefined);
    await appendFile(join(directory, 'd/sub/new'), '!');
    await chown(join(directory, 'empty'), 9, 9);
    await rm(join(directory, 'large'));
    // Where the layer has a hole.
    await run(['dd', `of=${join(directory, 'sparse')}`, 'bs=1', 'seek=10', 'conv=notrunc'], {
      input: '!',
    });
    await writeFile(join(directory, 'more'), '');
    const damage = await verify();
    assert.is(damage?.id, layers.at(-1)?.chainId);
    assert.equal(damage?.paths, ['/d/sub/new', '/empty', '/large', '/more', '/sparse']);
    assert.ok(await discardLayer(root, damage?.id ?? 'sha256:'));
    await ensureLayers(layout, image, { root });
    assert.is(await verify(), undefined);
  }),
);

const script = String.raw`
rm -r d/sub; mkdir -p e/sub; echo x > e/sub/x; chmod 700 set; rm old; ln empty empty2; mkdir -p mnt/point etc; : > etc/hosts; : > mnt/point/file
chown 5:6 new; echo more >> zeros; mkfifo f; setfattr -n user.more -v 1 large; ln -sf other d/hard-soft; touch -d @7 empty
`;
const mountPoints = ['/etc/hosts', '/mnt/point/file', '/proc'];

asRoot('what a copy changed is what an overlay upon the same files would hold', () =>
  unpackedOnOverlay(async ({ root, layout, image, at }) => {
    const lowers = await ensureLayers(layout, image, { root });
    for (const name of ['upper', 'work', 'mounted', 'lower']) await mkdir(at(name));
    await run(['cp', '-a', '--sparse=always', `${lowers[0]}/.`, at('lower')]);
    await run(['cp', '-a', '--sparse=always', `${lowers[0]}/.`, at('mounted')]);
    const options = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
    const inOverlay = `mount --make-rprivate / && mount -t overlay overlay -o '${options}' /mnt && cd /mnt && ${script}`;
    const overlaid = await run(['unshare', '-m', 'bash', '-ec', inOverlay]);
    assert.is(overlaid.code, 0, overlaid.stderr);
    const plain = await run(['bash', '-ec', script], { cwd: at('mounted') });
    assert.is(plain.code, 0, plain.stderr);
    const copy = { lowers, upper: at('mounted'), copied: true, mountPoints };
    const overlay = { lowers: [at('lower')], upper: at('upper'), mountPoints };
    const textOf = async (given: typeof copy | typeof overlay): Promise<string[]> =>
      (await findChanges(given)).map(({ kind, path }) => `${kind} ${path.toString('latin1')}`);
    assert.equal(await textOf(copy), await textOf(overlay));
    const modified = 0n;
    const [one, other] = await Promise.all(
      [copy, overlay].map(async (given) => {
        const parts: Buffer[] = [];
        for await (const part of packChanges({ ...given, modified })) parts.push(part);
        return Buffer.concat(parts);
      }),
    );
    assert.is(diffIdOf(one ?? Buffer.alloc(0)), diffIdOf(other ?? Buffer.alloc(1)));
    await assertAdopted({ root, layout, image, at }, copy);
  }),
);

async function assertAdopted(
  { root, layout, at }: Unpacked,
  copy: { lowers: string[]; upper: string; copied: boolean; mountPoints: string[] },
): Promise<void> {
  const layer = await adoptLayer({ ...copy, root, layout });
  assert.ok(layer);
  assert.is(layer.directory, undefined);
  await mkdir(at('again'));
  await unpackInto(readBlob(layout, layer.descriptor), { diffId: layer.diffId, compression: 'gzip', directory: at('again') }); // prettier-ignore
  assert.ok((await readdir(at('again'))).includes('f'));
  layer.claim.release();
  const lower = copy.lowers[0] ?? '';
  assert.is(
    await adoptLayer({ ...copy, upper: lower, root, layout }),
    undefined,
    'nothing changed',
  );
}

asRoot('a layer that is written is a blob; one without entries is none', () =>
  unpackedOnOverlay(async ({ root, layout }) => {
    async function* bytesOf(archive: Buffer): AsyncGenerator<Buffer> {
      yield archive;
    }
    await claimIds(root, noneToClaim).then((claim) => claim.release());
    const archive = tarOf([{ path: 'a', type: 'File', content: 'contents' }]);
    const layer = await writeLayer(bytesOf(archive), { root, layout });
    assert.is(layer?.diffId, diffIdOf(archive));
    layer?.claim.release();
    assert.is(await writeLayer(bytesOf(tarOf([])), { root, layout }), undefined);
  }),
);

test.run();
