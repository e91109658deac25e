import { resolveGroup, resolveUser } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, errorOf } from './code-of.ts';

const passwd = Buffer.from(
  [
    'root:x:0:0:root:/root:/bin/sh',
    'me:x:1000:100:Me:/home/me:/bin/sh',
    'again:x:1000:200::/again:',
    'nohome:x:7:7:::',
    '1234:x:0:0::/root:',
    '99999999999:x:0:0::/root:',
    'me:x:0:0::/root:',
  ].join('\n'),
);
const group = Buffer.from(
  ['root:x:0:', 'wheel:x:10:root,me', 'users:x:100:me', 'dev:x:20:me,again', '55:x:0:'].join('\n'),
);
const files = { passwd, group };

function ids(spec: string, from = files): string {
  const { uid, gid, additionalGids, home } = resolveUser(spec, from);
  return `${uid}:${gid} ${additionalGids.join(',')} ${home}`;
}

for (const [spec, expected] of [
  ['', '0:0 0,10 /root'],
  ['root', '0:0 0,10 /root'],
  ['0', '0:0 0,10 /root'],
  ['me', '1000:100 100,10,20 /home/me'],
  ['1000', '1000:100 100,10,20 /home/me'],
  ['again', '1000:200 200,20 /again'],
  ['nohome', '7:7 7 /'],
  ['me:dev', '1000:20 20 /home/me'],
  ['me:5678', '1000:5678 5678 /home/me'],
  ['me:', '1000:100 100,10,20 /home/me'],
  [':dev', '0:20 20 /root'],
  ['1234:5678', '1234:5678 5678 /'],
  ['4321', '4321:0 0 /'],
  ['4321:wheel', '4321:10 10 /'],
  ['2147483647:2147483647', '2147483647:2147483647 2147483647 /'],
  ['007', '7:7 7 /'],
] as const) {
  test(`the user ${JSON.stringify(spec)} is ${expected}`, () => {
    assert.is(ids(spec), expected);
  });
}

test('CVE-2024-40635: digits are never the name of a user or a group', () => {
  assert.is(ids('1234'), '1234:0 0 /');
  assert.is(ids('me:55'), '1000:55 55 /home/me');
});

for (const [spec, code] of [
  ['99999999999', 'USER_INVALID'],
  ['2147483648', 'USER_INVALID'],
  ['4294967296', 'USER_INVALID'],
  ['-1', 'USER_INVALID'],
  ['+0', 'USER_INVALID'],
  ['me:2147483648', 'USER_INVALID'],
  ['me:-1', 'USER_INVALID'],
  ['1:2:3', 'USER_INVALID'],
  ['me\n', 'USER_INVALID'],
  ['me\0', 'USER_INVALID'],
  ['nosuch', 'USER_NOT_FOUND'],
  ['12x', 'USER_NOT_FOUND'],
  ['0x0', 'USER_NOT_FOUND'],
  [' me', 'USER_NOT_FOUND'],
  ['me:nosuch', 'GROUP_NOT_FOUND'],
  ['1:nosuch', 'GROUP_NOT_FOUND'],
] as const) {
  test(`refused: ${JSON.stringify(spec)} with ${code}`, () => {
    assert.is(
      codeOf(() => resolveUser(spec, files)),
      code,
    );
  });
}

test("docker's sentences", () => {
  assert.is(
    errorOf(() => resolveUser('nosuchuser', files)).message,
    'unable to find user nosuchuser: no matching entries in passwd file',
  );
  assert.is(
    errorOf(() => resolveUser('me:nosuch', files)).message,
    'unable to find group nosuch: no matching entries in group file',
  );
});

test('a root without account files knows numbers only', () => {
  assert.equal(resolveUser('', {}), { uid: 0, gid: 0, additionalGids: [0], home: '/' });
  assert.equal(resolveUser('5:6', {}), { uid: 5, gid: 6, additionalGids: [6], home: '/' });
  assert.is(
    codeOf(() => resolveUser('root', {})),
    'USER_NOT_FOUND',
  );
});

test('more groups than the kernel takes are refused', () => {
  const lines = Array.from({ length: 65_600 }, (_, gid) => `g::${gid}:me`);
  assert.is(
    codeOf(() => resolveUser('me', { passwd, group: Buffer.from(lines.join('\n')) })),
    'USER_INVALID',
  );
});

test('one group, for --group-add', () => {
  assert.is(resolveGroup('wheel', group), 10);
  assert.is(resolveGroup('12', undefined), 12);
  assert.is(
    codeOf(() => resolveGroup('wheel', undefined)),
    'GROUP_NOT_FOUND',
  );
  assert.is(
    codeOf(() => resolveGroup('', group)),
    'GROUP_NOT_FOUND',
  );
});

test.run();
