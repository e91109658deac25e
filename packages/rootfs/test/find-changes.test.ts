import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { findChanges, packChanges } from '@ctrkit/rootfs';
import type { ChangesOptions } from '@ctrkit/rootfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const withOverlay = when(needs('root', 'overlay'));

const letters = { added: 'A', modified: 'C', deleted: 'D' } as const;

/** Changes what an overlay shows of two layers, in a mount namespace of its own, and says what has changed. */
async function changesOf(script: string, options: Partial<ChangesOptions> = {}): Promise<string[]> {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  const made = await run(['bash', '-ec', `
    mkdir -p low/{etc,bin,root,d/s} high/d upper work merged
    touch low/etc/passwd low/bin/{zcat,cat} low/d/{a,b} low/d/s/c high/d/h low/d-2; ln -s d low/link
    unshare --mount --propagation private bash -ec '
      mount -t overlay overlay -o lowerdir=high:low,upperdir=upper,workdir=work merged
      cd merged; ${script}'`], { cwd: base.path }); // prettier-ignore
  assert.is(made.code, 0, made.stderr);
  const changes = await findChanges({
    upper: at('upper'),
    lowers: [at('low'), at('high')],
    ...options,
  });
  return changes.map(({ kind, path }) => `${letters[kind]} ${path.toString('latin1')}`);
}

const table: Record<string, readonly [script: string, changes: readonly string[]]> = {
  nothing: [':', []],
  'what docker shows': [
    'echo x>root/new; rm bin/zcat; mkdir e; touch e/f; echo >> etc/passwd',
    [
      'C /bin',
      'D /bin/zcat',
      'A /e',
      'A /e/f',
      'C /etc',
      'C /etc/passwd',
      'C /root',
      'A /root/new',
    ],
  ],
  'a mode of a directory, and an owner of a file': [
    'chmod 700 d; chown 1 etc/passwd',
    ['C /d', 'C /etc', 'C /etc/passwd'],
  ],
  'a directory is removed': ['rm -r d', ['D /d']],
  'a directory is made anew: what it hides is gone': [
    'rm -r d; mkdir d; touch d/a d/n',
    ['C /d', 'C /d/a', 'D /d/b', 'D /d/h', 'A /d/n', 'D /d/s'],
  ],
  'a new directory is removed again': ['mkdir e; rmdir e', []],
  'a new file is removed again': ['touch etc/x; rm etc/x', ['C /etc']],
  'a link is replaced': ['rm link; ln -s etc link', ['C /link']],
  'a link to a directory becomes one': [
    'rm link; mkdir link; touch link/a',
    ['C /link', 'A /link/a'],
  ],
  'a file becomes a directory and the reverse': [
    'rm d-2; mkdir d-2; rm -r root; touch root',
    ['C /d-2', 'C /root'],
  ],
  'what is in a directory comes before its sibling': [
    'touch d/z d-2 d-3',
    ['C /d', 'A /d/z', 'C /d-2', 'A /d-3'],
  ],
  'a new name of a file': ['ln bin/cat bin/dog', ['C /bin', 'C /bin/cat', 'A /bin/dog']],
  'a name that is no UTF-8': [String.raw`touch "$(printf "n\377")"`, ['A /n\u00ff']],
  'a file that is only touched': ['touch etc/passwd', ['C /etc', 'C /etc/passwd']],
};

for (const [what, [script, changes]] of Object.entries(table)) {
  withOverlay(what, async () => {
    assert.equal(await changesOf(script), changes);
  });
}

withOverlay(
  'places that were made to mount on are no changes, as long as they are empty',
  async () => {
    const mountPoints = [
      '/proc',
      '/dev',
      '/etc/hosts',
      '/etc/passwd',
      '/run/x/y',
      '/used',
      '/sys',
      '/deep/er',
      '/root/place',
    ];
    const script =
      'mkdir -p proc dev run/x/y used/a sys deep/er deep/other; touch etc/hosts etc/passwd root/place; echo 1 > sys/f';
    assert.equal(await changesOf(script, { mountPoints }), [
      'A /deep',
      'A /deep/other',
      'C /etc',
      'C /etc/passwd',
      'A /sys',
      'A /sys/f',
      'A /used',
      'A /used/a',
    ]);
  },
);

withOverlay('a layer of the changes is without such places', async () => {
  await using base = await temporaryDirectory();
  await mkdir(join(base.path, 'low/etc'), { recursive: true });
  await mkdir(join(base.path, 'upper/proc'), { recursive: true });
  await mkdir(join(base.path, 'upper/etc'));
  await writeFile(join(base.path, 'upper/etc/hosts'), '');
  await writeFile(join(base.path, 'upper/etc/new'), '');
  const options = { upper: join(base.path, 'upper'), lowers: [join(base.path, 'low')] };
  const names = async (mountPoints: readonly string[]): Promise<string> => {
    const layer = await buffer(packChanges({ ...options, mountPoints }));
    return (await run(['tar', '-t'], { input: layer })).stdout;
  };
  assert.is(await names(['/proc', '/etc/hosts']), 'etc/\netc/new\n');
  assert.is(await names([]), 'etc/\netc/hosts\netc/new\nproc/\n');
});

withOverlay('without layers everything is new', async () => {
  assert.equal(await changesOf('touch d/a', { lowers: [] }), ['A /d', 'A /d/a']);
});

test.run();
