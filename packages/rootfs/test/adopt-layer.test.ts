import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { blobPath, openLayout, readBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import {
  adoptLayer,
  collectLayers,
  packChanges,
  storedLayers,
  unpackInto,
  verifyLayer,
} from '@ctrkit/rootfs';
import type { AdoptLayerOptions, WrittenLayer } from '@ctrkit/rootfs';
import {
  asUser,
  listTree,
  memoryDisk,
  needs,
  run,
  temporaryDirectory,
  unprivilegedUser,
  userDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { codeOf, diffIdOf, makeSocket, when } from './helpers.ts';

const withOverlay = when(needs('root', 'overlay'));
const asNobody = when(needs('unprivileged-user', 'overlay-rootless'));
const child = fileURLToPath(new URL('children/adopt-layer.ts', import.meta.url));
const loader = fileURLToPath(import.meta.resolve('tsx'));

const below =
  'mkdir -p low/{etc,d/s,dir,gone} upper work merged; touch low/etc/passwd low/d/{a,b} low/d/s/c low/f low/dir/x; ln low/f low/g; ln -s f low/l';

interface Changed extends AsyncDisposable {
  readonly path: string;
  readonly layout: Layout;
  readonly adopt: (options?: Partial<AdoptLayerOptions>) => Promise<WrittenLayer | undefined>;
}

/** A store, and an overlay's upper directory that holds what a script changed. */
async function changed(script: string): Promise<Changed> {
  const base = await temporaryDirectory();
  const made = await run(['bash', '-ec', `${below}
    unshare --mount --propagation private bash -ec '
      mount -t overlay overlay -o lowerdir=low,upperdir=upper,workdir=work merged
      cd merged; source ../script'`], { cwd: await withScript(base.path, script) }); // prettier-ignore
  assert.is(made.code, 0, made.stderr);
  const root = join(base.path, 'root');
  await mkdir(root);
  const layout = await openLayout(root, { create: true });
  const own = { root, layout, upper: join(base.path, 'upper'), lowers: [join(base.path, 'low')] };
  return {
    path: base.path,
    layout,
    adopt: (options) => adoptLayer({ ...own, ...options }),
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}

async function withScript(path: string, script: string): Promise<string> {
  const written = await run(['bash', '-c', 'cat > script'], { cwd: path, input: script });
  assert.is(written.code, 0, written.stderr);
  return path;
}

// Of a whiteout nothing counts but that it is there.
const comparable = (lines: readonly string[]): string[] =>
  lines.map((line) =>
    / \| character \|.*\| 0:0 \|/.test(line) ? line.replace(/ \|.*/, '') : line,
  );

async function assertAsUnpacked(it: Changed, layer: WrittenLayer): Promise<string[]> {
  const { directory = '' } = layer;
  const again = join(it.path, 'again');
  await mkdir(again);
  const unpacked = await unpackInto(readBlob(it.layout, layer.descriptor), {
    diffId: layer.diffId,
    compression: 'gzip',
    directory: again,
  });
  const [one, other] = [await listTree(directory), await listTree(again)].map(comparable);
  assert.equal(one, other);
  const record = JSON.parse(await readFile(join(directory, '../layer.json'), 'utf8')) as {
    size: number;
    opaque: boolean;
    diffId: string;
  };
  assert.is(record.size, unpacked.size);
  assert.is(record.opaque, unpacked.opaque);
  assert.is(record.diffId, layer.diffId);
  const image = { descriptor: layer.descriptor, diffId: layer.diffId, chainId: layer.diffId };
  assert.is(await verifyLayer(it.layout, [image], { root: join(it.path, 'root') }), undefined);
  return one ?? [];
}

const changes: Record<string, string> = {
  'what is new': 'mkdir n; echo x > n/f; ln n/f n/g; ln -s f n/l; mkfifo n/p; mknod n/c c 1 3',
  'every kind of entry': everyKindOfEntry,
  'what is removed': 'rm f l; rm -r d; rmdir gone',
  'an opaque directory, and in it one by the name of another':
    'rm -r d; mkdir -m 2775 d; touch d/b; mkdir d/s',
  'what is copied up: only its metadata has changed':
    'chmod 700 dir; chown 5:6 f; touch -h -d 2001-01-01T01:01:01.25 l; chown -h 7 l',
  'one name of a file of two': 'echo more >> f',
  'a new name of a lower file, and one that is moved': 'ln f h; mv dir/x moved',
  'a file in place of a directory, and the reverse':
    'rm -r d; echo d > d; rm f; mkdir f; touch f/x',
  'attributes: of the image, of the host, and such as overlays have': `
    setfattr -n user.mine -v 1 f; setfattr -n user.overlay.opaque -v y dir; setfattr -n trusted.other -v 1 dir
    mkdir e; setfattr -n user.overlay.origin -v y e; setfattr -n trusted.x -v 1 e; touch e/f; setfattr -n user.overlay.x -v 1 e/f`,
  'permissions that an access list refines':
    'touch a; setfattr -n system.posix_acl_access -v 0x0200000001000600ffffffff020006000700000004000400ffffffff10000600ffffffff20000400ffffffff a',
  'what no layer can hold': `
    ${makeSocket('dir/socket')}
    touch .wh.f etc/kept; mkdir .wh.d dir/.wh.e; touch .wh.d/x dir/.wh.e/x`,
};

for (const [what, script] of Object.entries(changes)) {
  withOverlay(
    `an upper directory becomes what unpacking its blob would make: ${what}`,
    async () => {
      await using it = await changed(script);
      const expected = diffIdOf(
        await buffer(
          packChanges({ upper: join(it.path, 'upper'), lowers: [join(it.path, 'low')] }),
        ),
      );
      const layer = await it.adopt();
      assert.ok(layer);
      assert.is(layer.diffId, expected);
      assert.is(layer.directory, join(it.path, 'root/layers/sha256', expected.slice(7), 'fs'));
      assert.not.ok(existsSync(join(it.path, 'upper')));
      const lines = await assertAsUnpacked(it, layer);
      assert.equal(
        lines.filter((line) =>
          /overlay\.(?!opaque=0x79)|trusted\.(?!overlay)|socket|\.wh\.|posix_acl/.test(line),
        ),
        [],
      );
    },
  );
}

withOverlay('places that were made to mount on are in neither', async () => {
  await using it = await changed('mkdir -p proc run/x; touch etc/hosts new; mkdir dir/place');
  const mountPoints = ['/proc', '/run/x', '/etc/hosts', '/dir/place'];
  const layer = await it.adopt({ mountPoints });
  assert.ok(layer);
  const lines = await assertAsUnpacked(it, layer);
  assert.equal(
    lines.map((line) => line.split(' | ')[0]),
    ['.', 'new'],
  );
});

withOverlay('nothing but such places is no layer, and is left as it is', async () => {
  await using it = await changed('mkdir proc; touch .wh.x');
  assert.is(await it.adopt({ mountPoints: ['/proc'] }), undefined);
  await using untouched = await changed(':');
  assert.is(await untouched.adopt(), undefined);
  for (const { path } of [it, untouched]) {
    assert.ok(existsSync(join(path, 'upper')));
    assert.equal(await storedLayers(join(path, 'root')), []);
    assert.equal(readdirSync(join(path, 'root/blobs/sha256')), []);
  }
});

withOverlay(
  'with a fixed time everything has it, in the archive and in the directory',
  async () => {
    const ids = new Set<string>();
    for (const day of ['2001-01-01', '2010-10-10']) {
      await using it = await changed(
        `mkdir n; touch n/f; ln n/f n/g; ln -s f n/l; mkfifo n/p; rm f; find . -depth -exec touch -h -d ${day} {} +; rm l`,
      );
      const layer = await it.adopt({ modified: 1_234_567_890_500_000_000n });
      assert.ok(layer);
      ids.add(layer.diffId);
      const lines = await assertAsUnpacked(it, layer);
      const entries = lines.filter((line) => line.includes(' | ') && !line.startsWith('. |'));
      assert.ok(entries.length > 8);
      for (const line of entries) assert.is(line.split(' | ')[5], '1234567890500000000', line);
    }
    assert.is(ids.size, 1);
  },
);

withOverlay('a layer that is there already is taken, and the directory is gone', async () => {
  await using it = await changed('echo x > new; touch -d 2001-01-01 new');
  await run(['cp', '-a', 'upper', 'other'], { cwd: it.path });
  const first = await it.adopt();
  const second = await it.adopt({ upper: join(it.path, 'other') });
  assert.is(second?.directory, first?.directory);
  assert.is(second?.diffId, first?.diffId);
  assert.not.ok(existsSync(join(it.path, 'other')));
  assert.is((await storedLayers(join(it.path, 'root'))).length, 1);
});

withOverlay('it stays while it is claimed, though nobody refers to it', async () => {
  await using it = await changed('echo x > new');
  const root = join(it.path, 'root');
  const layer = await it.adopt();
  const collect = async (): Promise<number> =>
    (await collectLayers(root, { needed: () => Promise.resolve(new Set()) })).deleted.length;
  assert.is(await collect(), 0);
  layer?.claim.release();
  assert.is(await collect(), 1);
});

withOverlay('what cannot be written leaves the directory where it was', async () => {
  await using disk = await memoryDisk(2);
  await using it = await changed('head -c 8000000 /dev/urandom > large');
  await mkdir(join(disk.path, 'layout'));
  const small = await openLayout(join(disk.path, 'layout'), { create: true });
  assert.is(await codeOf(it.adopt({ layout: small })), 'NO_SPACE');
  assert.equal(readdirSync(join(it.path, 'upper')), ['large']);
  assert.equal(await storedLayers(join(it.path, 'root')), []);
  const reason = new Error('enough');
  const stopped = it.adopt({ signal: AbortSignal.abort(reason) });
  assert.is(await stopped.catch((error: unknown) => error), reason);
  assert.equal(readdirSync(join(it.path, 'upper')), ['large']);
  assert.equal(readdirSync(join(it.path, 'root/blobs/sha256')), []);
});

withOverlay('a store on another file system is refused, and the directory stays', async () => {
  await using disk = await memoryDisk(8);
  await using it = await changed('echo x > new');
  const code = await codeOf(it.adopt({ root: disk.path }));
  assert.is(code, 'EXDEV');
  assert.equal(readdirSync(join(it.path, 'upper')), ['new']);
  assert.equal(await storedLayers(disk.path), []);
  assert.equal(readdirSync(join(disk.path, 'layers/claims')), []);
});

const command = [
  process.execPath,
  '--import',
  loader,
  '--conditions=@ctrkit/source',
  child,
] as const;

withOverlay('killed at any moment, the layer is whole or absent', async () => {
  const script =
    'for i in $(seq 300); do mkdir n$i; head -c 5000 /dev/urandom > n$i/f; done; rm -r d';
  for (const after of [0, 30, 60, 90, 130]) {
    await using it = await changed(script);
    await run(['cp', '-a', 'upper', 'copy'], { cwd: it.path });
    const killed = spawn(command[0], [...command.slice(1), it.path], { stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
    const closed = once(killed, 'close');
    await once(killed.stdout, 'data');
    await sleep(after);
    killed.kill('SIGKILL');
    await closed;
    const [id] = await storedLayers(join(it.path, 'root'));
    await rename(join(it.path, 'copy'), join(it.path, 'upper-2'));
    const layer = await it.adopt({ upper: join(it.path, 'upper-2') });
    assert.ok(layer);
    if (id !== undefined) assert.is(layer.diffId, id);
    await run(['rm', '-rf', 'again'], { cwd: it.path });
    await assertAsUnpacked(it, layer);
    const names = readdirSync(join(it.path, 'root/layers/sha256'));
    assert.equal(names, [layer.diffId.slice(7)]);
    assert.ok(existsSync(blobPath(it.layout, layer.descriptor.digest)));
  }
});

asNobody("a normal user's upper directory becomes a layer", async () => {
  await using home = await userDirectory();
  const script = `${below}; chmod 755 low; cat > script; unshare --user --map-root-user --mount bash -ec '
    mount -t overlay overlay -o userxattr,lowerdir=low,upperdir=upper,workdir=work merged
    cd merged; rm -r d; mkdir d; touch d/b; rm f; echo x >> g; chmod 0 g; mkdir -m 0 closed; setfattr -n user.x -v 1 dir'`;
  const made = await asUser(['bash', '-ec', script], { home: home.path });
  assert.is(made.code, 0, made.stderr);
  const { code, stdout, stderr } = await asUser([...command, home.path], { home: home.path });
  assert.is(code, 0, stderr);
  const directory = stdout.trim().split('\n').at(-1) ?? '';
  const lines = comparable(await listTree(directory));
  assert.equal(lines, comparable(await listTree(join(home.path, 'again'))));
  assert.equal(
    lines.map((line) => line.split(' | ')[0]),
    ['.', 'closed', 'd', 'd/b', 'dir', 'f', 'g'],
  );
  const [root] = lines;
  assert.match(root ?? '', new RegExp(`^\\. \\| directory \\| 755 \\| ${unprivilegedUser().uid}:`));
});

test.run();
