import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mountOf, readMount } from '../src/commands/parse-mount.ts';

const bind = { type: 'bind', source: '/h', target: '/d', readOnly: false, recursive: true, propagation: undefined, idmap: false }; // prettier-ignore
const volume = { type: 'volume', name: 'data', target: '/d', readOnly: false, noCopy: false, subpath: undefined, labels: {} }; // prettier-ignore
const tmpfs = { type: 'tmpfs', target: '/d', readOnly: false, size: undefined, mode: undefined };

const read: readonly (readonly [text: string, mount: object])[] = [
  ['type=bind,source=/h,target=/d', bind],
  ['TYPE=bind,src=/h,dst=/d,readonly', { ...bind, readOnly: true }],
  ['type=bind,src=/h,destination=/d,ro=false', bind],
  ['type=bind,src=/h,dst=/d,bind-propagation=rslave', { ...bind, propagation: 'rslave' }],
  ['type=bind,src=/h,dst=/d,bind-recursive=disabled', { ...bind, recursive: false }],
  ['type=bind,src=/h,dst=/d,bind-nonrecursive', { ...bind, recursive: false }],
  ['type=bind,src=/h,dst=/d,idmap', { ...bind, idmap: true }],
  ['type=bind,"src=/h,i",dst=/d', { ...bind, source: '/h,i' }],
  ['type=bind,"src=/h""i",dst=/d', { ...bind, source: '/h"i' }],
  ['src=data,dst=/d', volume],
  ['dst=/d', { ...volume, name: undefined }],
  ['type=volume,src=data,dst=/d,volume-nocopy', { ...volume, noCopy: true }],
  ['src=data,dst=/d,volume-label=a=b,volume-label=c', { ...volume, labels: { a: 'b', c: '' } }],
  ['src=data,dst=/d,volume-subpath=a/b', { ...volume, subpath: 'a/b' }],
  ['type=tmpfs,dst=/d', tmpfs],
  ['type=tmpfs,dst=/d,tmpfs-size=1m,tmpfs-mode=1770', { ...tmpfs, size: 1 << 20, mode: 0o1770 }],
];

for (const [text, mount] of read) {
  test(`--mount ${text}`, () => assert.equal(mountOf(readMount(text)), mount));
}

const refused: readonly (readonly [text: string, message: string])[] = [
  ['', 'EOF'],
  ['foo', "invalid field 'foo' must be a key=value pair"],
  ['foo=bar,dst=/x', "unexpected key 'foo' in 'foo=bar'"],
  ['constructor=bar,dst=/x', "unexpected key 'constructor' in 'constructor=bar'"],
  ['type=bind,src=/tmp', 'target is required'],
  ['type=volume,dst=/x,idmap', "cannot mix 'idmap' with mount type 'volume'"],
  ['type=,dst=/x', 'type is required'],
  ['type=bind,src=/tmp,dst=/x,volume-nocopy', "cannot mix 'volume-*' options with mount type 'bind'"], // prettier-ignore
  ['src=a,dst=/x,tmpfs-size=1', "cannot mix 'tmpfs-*' options with mount type 'volume'"],
  ['src=a,dst=/x,readonly=maybe', 'invalid value for readonly: maybe'],
  ['type=tmpfs,dst=/x,tmpfs-mode=9', 'invalid value for tmpfs-mode: 9'],
  ['src=a,dst=/x,"', 'parse error: bare " in "src=a,dst=/x,\\""'],
];

for (const [text, message] of refused) {
  test(`--mount ${JSON.stringify(text)} is refused as docker refuses it`, () => {
    assert.throws(
      () => readMount(text),
      (error: Error) => error.message === message,
    );
  });
}

test('what is well written and cannot be mounted is refused as the engine would', () => {
  for (const [text, message] of [
    ['type=foo,dst=/x', 'invalid mount config for type "foo": mount type unknown'],
    ['type=tmpfs,src=a,dst=/x', 'invalid mount config for type "tmpfs": field Source must not be specified'], // prettier-ignore
  ] as const) {
    assert.throws(
      () => mountOf(readMount(text)),
      (error: { code?: string; message?: string }) =>
        error.code === 'MOUNT_INVALID' && error.message === message,
    );
  }
});

test.run();
