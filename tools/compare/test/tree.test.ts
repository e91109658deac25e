import { createHash } from 'node:crypto';
import { tarOf } from '@ctrkit/testing';
import { contextTime, linesOf, treeOf } from '@ctrkit/tool-compare';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const now = new Date();
const long = createHash('sha256').update('x'.repeat(100)).digest('hex').slice(0, 16);

const base = tarOf([
  { path: 'etc/', type: 'Directory' },
  { path: 'etc/motd', type: 'File', content: 'hi\n' },
  { path: 'var/', type: 'Directory' },
  { path: 'var/log/', type: 'Directory' },
  { path: 'var/log/x', type: 'File', content: 'x\n' },
]);

async function changes(...layers: readonly Buffer[]): Promise<string[]> {
  const below = await treeOf([base]);
  return linesOf(await treeOf(layers, below), below);
}

test('what a layer adds is told with kind, permissions, owner and contents', async () => {
  const layer = tarOf([
    { path: 'etc/', type: 'Directory', mtime: now },
    {
      path: 'etc/new',
      type: 'File',
      content: 'a\n',
      mode: 0o4711,
      uid: 7,
      gid: 8,
      mtime: contextTime,
    },
    { path: 'etc/link', type: 'SymbolicLink', linkpath: '/etc/new', mode: 0o777, mtime: now },
    { path: 'etc/twin', type: 'Link', linkpath: 'etc/new' },
    { path: 'etc/pipe', type: 'FIFO', mtime: now },
    { path: 'with blank', type: 'File', content: 'x'.repeat(100), mtime: now },
  ]);
  assert.equal(await changes(layer), [
    'l 0777 0:0 /etc/link -> /etc/new',
    'f 4711 7:8 /etc/new "a\\n" @context',
    'p 0644 0:0 /etc/pipe',
    'f 4711 7:8 /etc/twin = /etc/new @context',
    `f 0644 0:0 "/with blank" 100 sha256:${long}`,
  ]);
});

test('what a layer takes away is told once, at its top', async () => {
  const layer = tarOf([
    { path: '.wh.var', type: 'File' },
    { path: 'etc/.wh.motd', type: 'File' },
  ]);
  assert.equal(await changes(layer), ['- /etc/motd', '- /var']);
});

test('an opaque directory and another kind of file hide what was below', async () => {
  const opaque = tarOf([
    { path: 'var/', type: 'Directory', mode: 0o700, mtime: now },
    { path: 'var/.wh..wh..opq', type: 'File' },
    { path: 'etc', type: 'File', content: '', mtime: now },
  ]);
  assert.equal(await changes(opaque), ['f 0644 0:0 /etc ""', '- /etc/motd', 'd 0700 0:0 /var', '- /var/log']); // prettier-ignore
});

test('what two layers make and take away again is no difference', async () => {
  const made = tarOf([{ path: 'x', type: 'File', content: 'x', mtime: now }]);
  const removed = tarOf([{ path: '.wh.x', type: 'File' }]);
  assert.equal(await changes(made, removed), []);
});

test.run();
