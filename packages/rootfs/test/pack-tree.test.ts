import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { listTree, needs, run, temporaryDirectory } from '@ctrkit/testing';
import { directoryTree, layersTree, packTree } from '@ctrkit/rootfs';
import type { PackTreeOptions, RootfsEvent, Tree } from '@ctrkit/rootfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { droppedInto, unpack, when } from './helpers.ts';

const asRoot = when(needs('root', 'command:tar', 'command:setfattr'));
const withOverlay = when(needs('root', 'overlay', 'command:tar'));

const packed = (tree: Tree, options: PackTreeOptions = {}): Promise<Buffer> =>
  buffer(packTree(tree, options));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function shell(cwd: string, script: string): Promise<void> {
  const { code, stderr } = await run(['bash', '-ec', script], { cwd });
  assert.is(code, 0, stderr);
}

/** The names in an archive as GNU tar has them. */
async function namesIn(archive: Uint8Array): Promise<string[]> {
  const { code, stdout, stderr } = await run(['tar', '-t'], { input: archive });
  assert.is(code, 0, stderr);
  return stdout.split('\n').slice(0, -1);
}

const without = { ignoreRoot: true } as const;

asRoot('every kind of entry comes out of GNU tar, and of ours, as it was', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  for (const name of ['tree', 'theirs', 'ours']) await mkdir(at(name));
  await shell(at('tree'), everyKindOfEntry);
  const archive = await packed(directoryTree(at('tree')));
  await writeFile(at('a.tar'), archive);
  await shell(base.path, 'tar -C theirs --numeric-owner --xattrs --xattrs-include="*" -xpf a.tar');
  await unpack(archive, at('ours'));
  const wanted = await listTree(at('tree'), without);
  assert.equal(await listTree(at('theirs'), without), wanted);
  assert.equal(await listTree(at('ours'), without), wanted);
});

asRoot('the same tree is the same bytes, wherever and however it was made', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await mkdir(at('one'));
  await shell(at('one'), everyKindOfEntry);
  // In another order, on another file system, with the holes filled.
  await shell(
    base.path,
    'mkdir two mnt; mount -t tmpfs none mnt; (cd one; find . | sort -r | tac) > /dev/null',
  );
  try {
    await shell(
      base.path,
      'cp -a --sparse=never one mnt/copy; find mnt/copy | sort -r | head -5 | tac > /dev/null',
    );
    const [one, copy] = [
      await packed(directoryTree(at('one'))),
      await packed(directoryTree(at('mnt/copy'))),
    ];
    assert.is(sha256(copy), sha256(one));
  } finally {
    await shell(base.path, 'umount mnt');
  }
});

asRoot('large numbers, old and future times, and long names in either half', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  for (const name of ['tree', 'theirs']) await mkdir(at(name));
  await shell(
    at('tree'),
    `touch a b c d; chown 2097151:2097152 a; chown 4294967294:1 b
     touch -d '1901-12-14 00:00:00.5' a; touch -d '1969-12-31 23:59:59.75' b; touch -d '2242-03-16 12:56:31' c; touch -d '2300-01-01' d
     for n in 99 100 101; do touch "$(printf 'x%.0s' $(seq $n))"; mkdir "$(printf 'y%.0s' $(seq $n))"; ln -s "$(printf 'z%.0s' $(seq $n))" "l$n"; done`,
  );
  const archive = await packed(directoryTree(at('tree')));
  await writeFile(at('a.tar'), archive);
  await shell(base.path, 'tar -C theirs --numeric-owner -xpf a.tar');
  assert.equal(await listTree(at('theirs'), without), await listTree(at('tree'), without));
});

asRoot('what no layer can hold is left out, and told', async () => {
  await using base = await temporaryDirectory();
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(base.path, 's'), resolve));
  try {
    await shell(base.path, 'touch .wh.a f; mkdir d; touch d/.wh..wh..opq');
    const dropped: string[] = [];
    const archive = await packed(directoryTree(base.path), { onEvent: droppedInto(dropped) });
    assert.equal(await namesIn(archive), ['d/', 'f']);
    assert.equal(dropped, ['name .wh.a', 'name d/.wh..wh..opq', 'socket s']);
  } finally {
    socket.close();
  }
});

asRoot('a file that grows or shrinks meanwhile has the size that its header says', async () => {
  await using base = await temporaryDirectory();
  await shell(base.path, 'head -c 3000000 /dev/urandom > f; echo end > g');
  let changed = false;
  const parts: Buffer[] = [];
  for await (const part of packTree(directoryTree(base.path))) {
    parts.push(part);
    if (!changed) await shell(base.path, 'truncate -s 1500000 f');
    changed = true;
  }
  const { code, stdout } = await run(['tar', '-xO', 'g'], { input: Buffer.concat(parts) });
  assert.is(code, 0);
  assert.is(stdout, 'end\n');
});

test('an empty tree is the end of an archive', async () => {
  await using base = await temporaryDirectory();
  assert.equal(await packed(directoryTree(base.path)), Buffer.alloc(1024));
});

test('it ends when it is asked to', async () => {
  await using base = await temporaryDirectory();
  await writeFile(join(base.path, 'f'), '');
  const reason = new Error('enough');
  const events: RootfsEvent[] = [];
  try {
    await packed(directoryTree(base.path), { signal: AbortSignal.abort(reason), onEvent: (event) => events.push(event) }); // prettier-ignore
    assert.unreachable();
  } catch (error) {
    assert.is(error, reason);
  }
});

test('a directory that is not there', async () => {
  await using base = await temporaryDirectory();
  try {
    await packed(directoryTree(join(base.path, 'none')));
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, 'UNPACK_FAILED');
  }
});

/** Changes what an overlay shows of `lower`, in a mount namespace of its own. */
const change = (script: string): string => `
mkdir upper work merged ours
unshare --mount --propagation private bash -ec '
  mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
  cd merged; ${script}'`;

const removals: Record<string, readonly [script: string, names: readonly string[]]> = {
  'a file': ['rm f', ['.wh.f']],
  'a directory': ['rm -r d', ['.wh.d']],
  'one of a directory': ['rm d/a', ['d/', 'd/.wh.a']],
  'a directory that is made anew': [
    'rm -r d; mkdir d; echo 2 > d/n',
    ['d/', 'd/.wh..wh..opq', 'd/n'],
  ],
  'a file in the place of a directory': ['rm -r d; echo 2 > d', ['d']],
  'a directory in the place of a file': [
    'rm f; mkdir f; echo 2 > f/g',
    ['f/', 'f/.wh..wh..opq', 'f/g'],
  ],
  'a name that was moved': ['mv f g', ['.wh.f', 'g']],
  'a directory that was moved': ['mv d e', ['.wh.d', 'e/', 'e/a', 'e/b', 'e/s/', 'e/s/c']],
  'a mode': ['chmod 700 d; chmod 4755 f', ['d/', 'f']],
  'two names of a file': ['ln f g', ['f', 'g']],
  nothing: [':', []],
};

for (const [what, [script, names]] of Object.entries(removals)) {
  withOverlay(`an upper directory: ${what}`, async () => {
    await using base = await temporaryDirectory();
    const at = (name: string): string => join(base.path, name);
    await shell(
      base.path,
      'mkdir -p lower/d/s; cd lower; for f in d/a d/b d/s/c f; do echo 1 > $f; done',
    );
    await shell(base.path, change(script));
    const archive = await packed(directoryTree(at('upper')), { isUpper: true });
    const found = await namesIn(archive);
    // A directory is moved with an opaque mark, which says nothing where there was none below.
    assert.equal(found.filter((name) => name !== 'e/.wh..wh..opq' && name !== 'f/.wh..wh..opq'), names.filter((name) => name !== 'f/.wh..wh..opq')); // prettier-ignore
    await unpack(archive, at('ours'));
    const seen = async (upper: string): Promise<string[]> => {
      const into = `${upper}-seen`;
      await mkdir(at(into));
      await unpack(await packed(layersTree([at('lower'), at(upper)])), at(into));
      return await listTree(at(into), without);
    };
    assert.equal(await seen('ours'), await seen('upper'));
  });
}

test.run();
