import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { globMatcher, OciError } from '@ctrkit/oci';

for (const [pattern, fits, others] of [
  ['busybox', ['busybox'], ['busybox2', 'abusybox', '']],
  ['busy*', ['busybox', 'busy'], ['me/busybox', 'busy/box']],
  ['*/busybox:*', ['me/busybox:1', '/busybox:'], ['busybox:1', 'quay.io/me/busybox:1']],
  ['v?', ['v1', 'vé', 'v𝄞'], ['v', 'v12', 'v/']],
  ['**', ['', 'a'], ['a/b']],
  ['a**b*', ['ab', 'axxbyy'], ['a/b', 'ba']],
  ['*.txt', ['.txt', 'a.txt', 'a.b.txt'], ['a.txt.gz', 'd/a.txt']],
  ['a*b*c', ['abc', 'axbxbxc'], ['acb', 'ab/c']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '-x', 'x']],
  ['[^a-c]x', ['dx', '-x', '/x'], ['ax', 'x']],
  ['[!a]', ['!', 'a'], ['b']],
  ['[.+]x', ['.x', '+x'], ['ax']],
  ['[\\]a]', [']', 'a'], ['\\']],
  ['[z-a]', [], ['z', 'a', '-']],
  ['a]', ['a]'], ['a']],
  ['\\*x', ['*x'], ['ax', '\\*x']],
  ['a.b', ['a.b'], ['axb']],
  ['(a|b)$', ['(a|b)$'], ['a']],
  ['', [''], ['a']],
  // Go takes the first place that fits and looks no further.
  ['*[^x]*b', ['acb'], ['a/cb']],
] as const) {
  test(`pattern ${pattern}`, () => {
    const matches = globMatcher(pattern);
    assert.equal(fits.filter(matches), fits);
    assert.equal(others.filter(matches), []);
  });
}

for (const pattern of ['[', '[]', '[]a]', '[-a]', '[a-]', 'a[b', 'a\\', '[^]', '[a\\']) {
  test(`no pattern: ${pattern}`, () => {
    assert.throws(
      () => globMatcher(pattern),
      (error: unknown) => error instanceof OciError && error.code === 'PATTERN_INVALID',
    );
  });
}

test.run();
