import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseTmpfs, parseVolume } from '../src/commands/parse-volume.ts';

const plain = { readOnly: false, chown: false };
const bind = { type: 'bind', createSource: true, propagation: undefined, idmap: false, ...plain, option: 'volume' }; // prettier-ignore
const volume = { type: 'volume', noCopy: false, ...plain, option: 'volume' };

const read: readonly (readonly [text: string, mount: object])[] = [
  ['/anon', { type: 'volume', target: '/anon', option: 'volume' }],
  ['data:/d', { ...volume, name: 'data', target: '/d', text: 'data:/d' }],
  ['data:/d:ro', { ...volume, name: 'data', target: '/d', readOnly: true, text: 'data:/d:ro' }],
  ['data:/d:rw,nocopy,z', { ...volume, name: 'data', target: '/d', noCopy: true, text: 'data:/d:rw,nocopy,z' }], // prettier-ignore
  ['data:/d:U', { ...volume, name: 'data', target: '/d', chown: true, text: 'data:/d:U' }],
  ['/h:/d', { ...bind, source: '/h', target: '/d', text: '/h:/d' }],
  ['/h:/d:ro,rslave', { ...bind, source: '/h', target: '/d', readOnly: true, propagation: 'rslave', text: '/h:/d:ro,rslave' }], // prettier-ignore
  ['/h:/d:idmap', { ...bind, source: '/h', target: '/d', idmap: true, text: '/h:/d:idmap' }],
  ['/h:/d:Z', { ...bind, source: '/h', target: '/d', text: '/h:/d:Z' }],
  ['./h:/d', { ...bind, source: join(process.cwd(), 'h'), target: '/d', text: `${join(process.cwd(), 'h')}:/d` }], // prettier-ignore
  ['a/b:/d', { ...volume, name: 'a/b', target: '/d', text: 'a/b:/d' }],
];

for (const [text, mount] of read) {
  test(`-v ${text}`, () => assert.equal(parseVolume(text), mount));
}

const refused: readonly (readonly [text: string, message: string])[] = [
  [':/x', 'invalid spec: :/x: empty section between colons'],
  ['a:', 'invalid spec: a:: empty section between colons'],
  ['', 'invalid spec: : empty section between colons'],
  ['a:/x:foo', 'invalid mode: foo'],
  ['a:/x:ro,rw', 'invalid mode: ro,rw'],
  ['a:/x:z,Z', 'invalid mode: z,Z'],
  ['a:/x:rslave', 'invalid mode: rslave'],
  ['/a:/x:nocopy', 'invalid mode: nocopy'],
  ['/a:/x:rslave,rshared', 'invalid mode: rslave,rshared'],
  ['a:/x:ro:y', "invalid volume specification: 'a:/x:ro:y'"],
  ['/x:ro', "invalid volume specification: '/x:ro'"],
];

for (const [text, message] of refused) {
  test(`-v ${JSON.stringify(text)} is refused as docker refuses it`, () => {
    assert.throws(
      () => parseVolume(text),
      (error: { code?: string; message?: string }) =>
        error.code === 'MOUNT_INVALID' && error.message === message,
    );
  });
}

test('--tmpfs', () => {
  const common = { type: 'tmpfs', target: '/t', option: 'tmpfs' };
  assert.equal(parseTmpfs('/t'), { ...common, options: [], text: '' });
  const text = 'size=1m,exec';
  assert.equal(parseTmpfs(`/t:${text}`), { ...common, options: ['size=1m', 'exec'], text });
});

test.run();
