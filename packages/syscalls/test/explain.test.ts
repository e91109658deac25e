import { explain } from '@ctrkit/syscalls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('an operation is one line of JSON in the order of its fields', () => {
  const line = explain({ op: 'directory', path: '/srv/a\nb', mode: 0o755 });
  assert.is(line, '{"op":"directory","path":"/srv/a\\nb","mode":493}');
  assert.is(explain({ op: 'pivot' }), '{"op":"pivot"}');
});

test('64-bit numbers are hexadecimal texts', () => {
  assert.is(explain({ op: 'bounding-set', set: 0x800405fbn }), '{"op":"bounding-set","set":"0x800405fb"}'); // prettier-ignore
});

test('names that are UTF-8 are readable, others are base64', () => {
  assert.is(
    explain({ op: 'remove', path: Buffer.from('größe') }),
    '{"op":"remove","path":"größe"}',
  );
  const line = explain({ op: 'remove', path: Buffer.from('61ff', 'hex') });
  assert.is(line, '{"op":"remove","path":{"base64":"Yf8="}}');
});

test('lists are lists, item by item', () => {
  const xattrs = [Buffer.from('user.a'), Buffer.from('ff', 'hex')];
  const line = explain({ op: 'make-directory', path: 'd', mode: 0, uid: 0, gid: 0, xattrs });
  assert.equal((JSON.parse(line) as { xattrs: unknown }).xattrs, ['user.a', { base64: '/w==' }]);
});

test('of the contents of a file only the size is said', () => {
  const line = explain({ op: 'data', content: Buffer.from('secret') });
  assert.is(line, '{"op":"data","content":6}');
});

test('a program is base64, even where its bytes could be text', () => {
  const program = Buffer.from('06000000000000ab', 'hex');
  assert.is(
    explain({ op: 'seccomp', program, flags: 0 }),
    '{"op":"seccomp","program":{"base64":"BgAAAAAAAKs="},"flags":0}',
  );
  const text = explain({ op: 'seccomp', program: Buffer.alloc(8), flags: 0 });
  assert.equal((JSON.parse(text) as { program: unknown }).program, { base64: 'AAAAAAAAAAA=' });
});

test.run();
