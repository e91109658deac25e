import { digestAlgorithm, digestHex, digestOf, isDigest, parseDigest } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, errorOf } from './code-of.ts';

const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const long = `sha512:${'0123456789abcdef'.repeat(8)}`;

test('sha256 of bytes and of text', () => {
  assert.is(digestOf(new Uint8Array()), empty);
  assert.is(digestOf('ä'), digestOf(Buffer.from('ä')));
});

test('sha256 and sha512 are digests, and come apart into algorithm and hex', () => {
  assert.is(parseDigest(empty), empty);
  assert.is(digestAlgorithm(parseDigest(empty)), 'sha256');
  assert.is(digestHex(parseDigest(empty)), empty.slice(7));
  assert.is(digestAlgorithm(parseDigest(long)), 'sha512');
  assert.is(digestHex(parseDigest(long)).length, 128);
});

const refused: unknown[] = [
  '',
  'sha256:',
  empty.slice(7),
  empty.toUpperCase(),
  empty.slice(0, -1),
  `${empty}0`,
  `${empty}\n`,
  ` ${empty}`,
  `sha512:${empty.slice(7)}`,
  `md5:${'0'.repeat(32)}`,
  `sha256:../../../../etc/passwd${'0'.repeat(42)}`,
  `sha256:${'0'.repeat(63)}/`,
  undefined,
  null,
  42,
  [empty],
];

for (const [number, text] of refused.entries()) {
  test(`CVE-2024-3727: what is no digest is refused (${number})`, () => {
    assert.is(isDigest(text), false);
    assert.is(
      codeOf(() => parseDigest(text)),
      'DIGEST_INVALID',
    );
  });
}

test('a hostile digest does not reach the terminal as it is', () => {
  const { message } = errorOf(() => parseDigest(`\u{1b}[2J\u{9b}${'x'.repeat(100_000)}`));
  assert.ok(message.length < 250, String(message.length));
  assert.not.ok(/\p{Cc}/u.test(message));
});

test.run();
