import { digestOf, mediaTypes, parseDescriptor } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, errorOf } from './code-of.ts';
import { descriptor } from './documents.ts';

const plain = descriptor(mediaTypes.manifest);

test('a descriptor with all that it can have', () => {
  const full = {
    ...plain,
    annotations: { 'org.opencontainers.image.ref.name': '1.0' },
    platform: {
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      'os.version': '1',
      'os.features': ['a'],
    },
    artifactType: 'application/x.test',
    urls: ['https://example.com/blob'],
  };
  assert.equal(parseDescriptor(full), full);
});

test('unknown members and nulls are left out', () => {
  assert.equal(parseDescriptor({ ...plain, urls: null, annotations: null, extra: 1 }), plain);
});

test('embedded data must be what the digest says', () => {
  const content = 'hello';
  const data = Buffer.from(content).toString('base64');
  const right = { mediaType: mediaTypes.empty, digest: digestOf(content), size: 5, data };
  assert.is(parseDescriptor(right).data, data);
  for (const wrong of [{ size: 6 }, { digest: digestOf('other') }, { data: 'aGVsbG8h' }]) {
    assert.is(
      codeOf(() => parseDescriptor({ ...right, ...wrong })),
      'DESCRIPTOR_INVALID',
    );
  }
});

const refused: [what: string, value: unknown][] = [
  ['null', null],
  ['a list', [plain]],
  ['a string', 'sha256:'],
  ['nothing in it', {}],
  ['no size', { ...plain, size: undefined }],
  ['a negative size', { ...plain, size: -1 }],
  ['half a byte', { ...plain, size: 0.5 }],
  ['a size beyond 2^53', { ...plain, size: 2 ** 53 }],
  ['a size in words', { ...plain, size: '1' }],
  ['a path for a digest', { ...plain, digest: 'sha256:../../x' }],
  ['a weak digest', { ...plain, digest: `md5:${'0'.repeat(32)}` }],
  ['no media type', { ...plain, mediaType: '' }],
  ['a media type with a line break', { ...plain, mediaType: 'application/json\r\nX: y' }],
  ['a media type with parameters', { ...plain, mediaType: 'application/json; a=b' }],
  ['an annotation that is no string', { ...plain, annotations: { a: 1 } }],
  ['an annotation with NUL', { ...plain, annotations: { a: 'x\0y' } }],
  ['a platform without an architecture', { ...plain, platform: { os: 'linux' } }],
  ['urls that are no list', { ...plain, urls: 'https://example.com' }],
];

for (const [what, value] of refused) {
  test(`refused: ${what}`, () => {
    assert.is(
      codeOf(() => parseDescriptor(value)),
      'DESCRIPTOR_INVALID',
    );
  });
}

test('the message names the place, and hostile names are quoted', () => {
  assert.match(errorOf(() => parseDescriptor({ ...plain, size: -1 })).message, 'descriptor.size');
  const annotations = { ['\u{1b}]0;x\u{7}']: 1 };
  const { message } = errorOf(() => parseDescriptor({ ...plain, annotations }));
  assert.not.ok(/\p{Cc}/u.test(message));
});

test.run();
