import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { newEntry } from '@ctrkit/rootfs';
import type { WalkEntry } from '@ctrkit/syscalls';
import { resolvePath } from '../../src/layer/resolve-path.ts';
import type { LookUp } from '../../src/layer/root-entries.ts';

/** A root in which there are these links, and nothing else but directories. */
function rootWith(links: Readonly<Record<string, string>>): LookUp {
  return (paths) => {
    const found = new Map<string, WalkEntry>();
    for (const path of paths) {
      const target = links[path];
      const type = target === undefined ? 'directory' : 'symlink';
      found.set(path, newEntry({ path, type, mode: 0o755, modified: 0n, ...(target !== undefined && { target }) })); // prettier-ignore
    }
    return Promise.resolve(found);
  };
}

test('links are followed inside the root, however they are written', async () => {
  const look = rootWith({ abs: '/real', rel: 'real/deep', up: '../../../../etc', 'a/b': '../c', chain: 'abs/x' }); // prettier-ignore
  const table: [string, string][] = [
    ['/', ''],
    ['/x/y/', 'x/y'],
    ['/abs/f', 'real/f'],
    ['/rel/f', 'real/deep/f'],
    ['/up/passwd', 'etc/passwd'],
    ['/a/b/f', 'c/f'],
    ['/chain/f', 'real/x/f'],
    ['/../../x', 'x'],
    ['/x/../y', 'y'],
  ];
  for (const [path, result] of table) assert.is(await resolvePath(path, look), result, path);
});

test('links that run in circles are an error', async () => {
  const look = rootWith({ a: 'b', b: 'a' });
  try {
    await resolvePath('/a/x', look);
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, 'DESTINATION_INVALID');
  }
});

test.run();
