import { parseGroup, parsePasswd } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf } from './code-of.ts';

test('users in the order of the file', () => {
  const text =
    '# people\nroot:x:0:0:root:/root:/bin/sh\n\n  me:x:1000:100::/home/me:\nshort:x:5:6\n';
  assert.equal(parsePasswd(Buffer.from(text)), [
    { name: 'root', uid: 0, gid: 0, home: '/root' },
    { name: 'me', uid: 1000, gid: 100, home: '/home/me' },
    { name: 'short', uid: 5, gid: 6, home: '' },
  ]);
});

test('groups and their members', () => {
  assert.equal(parseGroup(Buffer.from('root:x:0:\nwheel:x:10:root,me,\n')), [
    { name: 'root', gid: 0, members: [] },
    { name: 'wheel', gid: 10, members: ['root', 'me'] },
  ]);
});

for (const line of [
  'evil:x::0::/:',
  'evil:x:0x0:0::/:',
  'evil:x:abc:0::/:',
  'evil:x:-1:0::/:',
  'evil:x:1:::/:',
  'evil:x:2147483648:0::/:',
  'evil:x:99999999999999999999:0::/:',
  'evil:x: 0:0::/:',
  ':x:0:0::/:',
  'evil',
]) {
  test(`a line that is none makes no root: ${line}`, () => {
    assert.equal(parsePasswd(Buffer.from(line)), []);
  });
}

test('a file or a line that is too long is refused', () => {
  const big = Buffer.from('u:x:1:1::/:\n'.repeat(100_000));
  assert.is(
    codeOf(() => parsePasswd(big)),
    'USER_INVALID',
  );
  const wide = Buffer.from(`g:x:1:${'m,'.repeat(40_000)}\n`);
  assert.is(
    codeOf(() => parseGroup(wide)),
    'USER_INVALID',
  );
});

test('bytes that are no text harm nobody', () => {
  assert.equal(parsePasswd(Buffer.alloc(60_000, 0xff)), []);
});

test.run();
