import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { listTree, needs, run, temporaryDirectory } from '@ctrkit/testing';
import { copyTree, directoryTree, layersTree, moveContents } from '@ctrkit/rootfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';
import { codeOf, when } from './helpers.ts';

const asRoot = when(needs('root', 'command:setfattr'));
const withOverlay = when(needs('root', 'overlay'));

async function shell(cwd: string, script: string): Promise<void> {
  const { code, stderr } = await run(['bash', '-ec', script], { cwd });
  assert.is(code, 0, stderr);
}

asRoot('every kind of entry is copied as it was, and as cp -a copies it', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await mkdir(at('root/a/tree'), { recursive: true });
  await mkdir(at('ours'));
  await shell(at('root/a/tree'), everyKindOfEntry);
  await shell(
    base.path,
    'cp -a root/a/tree theirs; chmod 2710 root/a/tree; touch -d @5 root/a/tree',
  );
  assert.is(await copyTree(directoryTree(at('root')), '/a/tree', at('ours')), true);
  const ours = await listTree(at('ours'));
  assert.equal(ours, await listTree(at('root/a/tree')));
  assert.equal(await listTree(at('ours'), { ignoreRoot: true }), await listTree(at('theirs'), { ignoreRoot: true })); // prettier-ignore
});

withOverlay('of layers what they show together: no whiteouts, nothing that is hidden', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await mkdir(at('low/v/opaque'), { recursive: true });
  await mkdir(at('up/v'), { recursive: true });
  await mkdir(at('copy'));
  await shell(base.path, 'touch low/v/{gone,kept,opaque/hidden}; mknod up/v/gone c 0 0; mkdir up/v/opaque; setfattr -n trusted.overlay.opaque -v y up/v/opaque; touch up/v/opaque/shown'); // prettier-ignore
  await copyTree(layersTree([at('low'), at('up')]), 'v', at('copy'));
  assert.equal((await readdir(at('copy'), { recursive: true })).toSorted(), ['kept', 'opaque', 'opaque/shown']); // prettier-ignore
});

asRoot('links in the path lead nowhere outside of the tree', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  for (const name of ['root/in', 'outside', 'copy']) await mkdir(at(name), { recursive: true });
  await writeFile(at('outside/secret'), '');
  await writeFile(at('root/in/own'), '');
  await symlink(at('outside'), at('root/absolute'));
  await symlink('../../../../../../outside', at('root/relative'));
  await symlink('/in', at('root/inside'));
  const copy = (path: string): Promise<boolean> =>
    copyTree(directoryTree(at('root')), path, at('copy'));
  for (const path of ['absolute', 'relative', '../outside', 'nothing', 'in/own/below']) {
    assert.is(await copy(path), false, path);
    assert.equal(await readdir(at('copy')), [], path);
  }
  assert.is(await copy('inside'), true);
  assert.equal(await readdir(at('copy')), ['own']);
});

asRoot('what is no directory is refused, and sockets are left out', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  for (const name of ['root/v', 'copy']) await mkdir(at(name), { recursive: true });
  const server = createServer().listen(at('root/v/socket'));
  await once(server, 'listening');
  await writeFile(at('root/v/file'), '');
  const tree = directoryTree(at('root'));
  assert.is(await codeOf(copyTree(tree, 'v/file', at('copy'))), 'NOT_A_DIRECTORY');
  await copyTree(tree, 'v', at('copy'));
  assert.equal(await readdir(at('copy')), ['file']);
  server.close();
});

asRoot(
  'moveContents moves everything once, however often it is asked, and spares what is there',
  async () => {
    await using base = await temporaryDirectory();
    const at = (name: string): string => join(base.path, name);
    for (const name of ['from', 'to']) await mkdir(at(name));
    await shell(at('from'), everyKindOfEntry);
    await shell(base.path, 'echo theirs > from/taken; cp -a from wanted; echo mine > to/taken; cp -a to/taken wanted/taken; chmod 1705 from; chown 3:4 from'); // prettier-ignore
    await moveContents(base.path, { from: 'from', to: 'to' });
    const options = { ignoreRoot: true };
    assert.equal(await listTree(at('to'), options), await listTree(at('wanted'), options));
    const { mode, uid, gid } = await stat(at('to'));
    assert.equal([mode & 0o7777, uid, gid], [0o1705, 3, 4]);
    assert.equal((await readdir(base.path)).toSorted(), ['to', 'wanted']);
  },
);

test.run();
