import { existsSync, readdirSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  collectLayers,
  copyUpper,
  emptyUpper,
  findChanges,
  isSharedUpper,
  packChanges,
  shareUpper,
} from '@ctrkit/rootfs';
import type { ChangesOptions, SharedUpper } from '@ctrkit/rootfs';
import { listTree, memoryDisk, needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { codeOf, makeSocket, when } from './helpers.ts';

const withOverlay = when(needs('root', 'overlay'));

const below =
  'mkdir -p low/{etc,d/s,dir/x,gone,e} upper work; touch low/etc/passwd low/d/{a,b} low/d/s/c low/f low/dir/x/y low/e/x; ln low/f low/g; ln -s f low/l';

interface Container extends AsyncDisposable {
  readonly path: string;
  /** Changes what the container sees: its image, what it shares, its own upper directory. */
  readonly change: (script: string, shared?: readonly SharedUpper[]) => Promise<void>;
  readonly share: () => Promise<SharedUpper>;
  readonly options: (shared?: readonly SharedUpper[]) => ChangesOptions;
}

async function container(): Promise<Container> {
  const base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  assert.is((await run(['bash', '-ec', below], { cwd: base.path })).code, 0);
  const directories = (shared: readonly SharedUpper[]): string[] =>
    shared.map(({ directory }) => directory);
  return {
    path: base.path,
    change: async (script, shared = []) => {
      const lowers = [...directories(shared).toReversed(), 'low'].join(':');
      const line = `mount -t overlay overlay -o index=off,redirect_dir=off,metacopy=off,lowerdir=${lowers},upperdir=upper,workdir=work merged; cd merged; eval "$1"`;
      const inside = [
        'unshare',
        '--mount',
        '--propagation',
        'private',
        'bash',
        '-ec',
        line,
      ] as const;
      await mkdir(at('merged'), { recursive: true });
      const { code, stderr } = await run([...inside, 'bash', script], { cwd: base.path });
      assert.is(code, 0, stderr);
    },
    share: async () => {
      const shared = await shareUpper({ root: base.path, upper: at('upper') });
      assert.ok(shared);
      await emptyUpper(at('upper'));
      return shared;
    },
    options: (shared = []) => ({
      upper: at('upper'),
      lowers: [at('low')],
      shared: directories(shared),
    }),
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}

withOverlay(
  'it is the upper directory to the last mark, and takes no room for contents',
  async () => {
    await using it = await container();
    await it.change(`${everyKindOfEntry}rm f; rm -r e; mkdir e; chmod 700 dir
    ${makeSocket('socket')}; touch .wh.x`);
    const upper = join(it.path, 'upper');
    const before = await listTree(upper);
    const inode = (await stat(join(upper, 'large'))).ino;
    const shared = await shareUpper({ root: it.path, upper });
    assert.ok(shared);
    assert.equal(plain(await listTree(shared.directory)), plain(before));
    assert.equal(plain(await listTree(upper)), plain(before));
    assert.is((await stat(join(shared.directory, 'large'))).ino, inode);
    assert.ok(before.some((line) => line.includes('overlay.opaque')));
    assert.ok(isSharedUpper(shared.directory));
    await emptyUpper(upper);
    assert.equal(readdirSync(upper), []);
    assert.equal(plain(await listTree(shared.directory)), plain(before));
  },
);

withOverlay('what is cut off while it is emptied hides nothing of what is shared', async () => {
  await using it = await container();
  await it.change('rm -r d e; mkdir d e; touch d/{1..40}');
  const upper = join(it.path, 'upper');
  const shared = await shareUpper({ root: it.path, upper });
  assert.ok(shared);
  // What nobody can remove ends it in the middle.
  const kept = join(upper, 'd/20');
  assert.is((await run(['chattr', '+i', kept])).code, 0);
  try {
    await emptyUpper(upper).catch(() => {});
    await it.change('test "$(ls d | wc -l)" = 40; test -z "$(ls e)"', [shared]);
  } finally {
    await run(['chattr', '-i', join(shared.directory, 'd/20')]);
  }
});

withOverlay('an empty upper directory is no layer', async () => {
  await using it = await container();
  assert.is(await shareUpper({ root: it.path, upper: join(it.path, 'upper') }), undefined);
  assert.not.ok(existsSync(join(it.path, 'layers')));
});

withOverlay('it stays while it is claimed, and is on the disk', async () => {
  await using it = await container();
  await it.change('touch n');
  const { directory, claim } = await it.share();
  const collect = async (): Promise<number> =>
    (await collectLayers(it.path, { needed: () => Promise.resolve(new Set()) })).deleted.length;
  assert.is(await collect(), 0);
  assert.ok(existsSync(join(directory, '../synced')));
  claim.release();
  assert.is(await collect(), 1);
});

withOverlay('where there is no room it fails, and all is as it was', async () => {
  await using disk = await memoryDisk(1);
  const upper = join(disk.path, 'upper');
  // There are inodes for no more.
  await run(['mount', '-o', 'remount,nr_inodes=400', disk.path]);
  await run(['bash', '-c', 'mkdir upper; cd upper; mkdir -p $(seq 300)'], { cwd: disk.path });
  const names = readdirSync(upper);
  assert.is(names.length, 300);
  assert.is(await codeOf(shareUpper({ root: disk.path, upper })), 'NO_SPACE');
  assert.equal(readdirSync(upper), names);
  assert.equal(readdirSync(join(disk.path, 'layers/sha256')), []);
  assert.equal(readdirSync(join(disk.path, 'layers/claims')), []);
});

// Without what overlayfs notes for itself, and of a whiteout only that it is there.
const plain = (lines: readonly string[]): string[] =>
  lines
    .map((line) => line.replaceAll(/trusted\.overlay\.(?:origin|impure|uuid)=0x[0-9a-f]+ ?/g, ''))
    .map((line) => line.replaceAll(/ +/g, ' '))
    .map((line) => (/ character .* 0:0 \| as /.test(line) ? (line.split(' | ')[0] ?? '') : line));

/** What a container did before it was shared, and after. */
const histories: Record<string, readonly string[]> = {
  'what is new, then more': ['mkdir n; echo 1 > n/a', 'echo 2 > n/b; echo x >> n/a'],
  'what is new is removed again': ['mkdir n; echo 1 > n/a; echo 1 > m', 'rm -r n m; touch z'],
  'what is removed comes back': ['rm f; rm -r d', 'echo again > f; mkdir d; touch d/n'],
  'first a file, then a directory of it': ['rm -r d; echo > d', 'rm d; mkdir d; touch d/b'],
  'an opaque directory gets more': ['rm -r d; mkdir d; touch d/n', 'touch d/m; rm d/n'],
  'a directory that is in both': ['chmod 700 dir; touch dir/1', 'touch dir/2; rm -r dir/x'],
  'a removed one below a removed one': ['rm d/s/c', 'rm -r d'],
  'names of one file': ['echo 1 > a; ln a b; ln f h', 'touch z; rm h'],
  'three times': ['touch 1; rm f', 'touch 2; rm 1', 'touch 3; rm -r 2 d; touch f'],
  'nothing afterwards': ['touch 1; rm f; rm -r e; mkdir e', ':'],
};

for (const [what, [...steps]] of Object.entries(histories)) {
  withOverlay(`several upper directories tell and pack as one: ${what}`, async () => {
    await using one = await container();
    for (const step of steps) await one.change(step);
    await using other = await container();
    const shared: SharedUpper[] = [];
    for (const step of steps.slice(0, -1)) {
      await other.change(step, shared);
      shared.push(await other.share());
    }
    await other.change(steps.at(-1) ?? '', shared);
    const told = async (options: ChangesOptions): Promise<string[]> =>
      (await findChanges(options)).map(({ kind, path }) => `${kind} ${path.toString()}`);
    assert.equal(await told(other.options(shared)), await told(one.options()));
    const packed = async (options: ChangesOptions): Promise<string> => {
      const layer = await buffer(packChanges({ ...options, modified: 0n }));
      return (await run(['tar', '-tv', '--numeric-owner'], { input: layer })).stdout;
    };
    assert.equal(await packed(other.options(shared)), await packed(one.options()));
  });
}

withOverlay('a copy is the upper directory to the last mark, and another file', async () => {
  await using it = await container();
  await it.change(`${everyKindOfEntry}rm f; rm -r e; mkdir e; chmod 700 dir; touch .wh.x`);
  const [upper, copy] = ['upper', 'copy'].map((name) => join(it.path, name)) as [string, string];
  await mkdir(copy);
  await copyUpper(upper, copy);
  assert.equal(plain(await listTree(copy)), plain(await listTree(upper)));
  assert.is.not((await stat(join(copy, 'large'))).ino, (await stat(join(upper, 'large'))).ino);
});

test.run();
