import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pathMatcher } from '../src/path-match.ts';
import { codeOf } from './support.ts';

for (const [pattern, fits, others] of [
  ['busybox', ['busybox'], ['busybox2', 'abusybox', '']],
  ['busy*', ['busybox', 'busy'], ['me/busybox', 'busy/box']],
  ['*/busybox:*', ['me/busybox:1', '/busybox:'], ['busybox:1', 'quay.io/me/busybox:1']],
  ['v?', ['v1', 'vé'], ['v', 'v12', 'v/']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '-x', 'x']],
  ['[^a-c]x', ['dx', '-x'], ['ax', '/x']],
  ['[.+]x', ['.x', '+x'], ['ax']],
  ['\\*x', ['*x'], ['ax', '\\*x']],
  ['a.b', ['a.b'], ['axb']],
  ['(a|b)$', ['(a|b)$'], ['a']],
] as const) {
  test(`pattern ${pattern}`, () => {
    const matches = pathMatcher(pattern);
    assert.equal(fits.filter(matches), fits);
    assert.equal(others.filter(matches), []);
  });
}

test('a pattern that is none', async () => {
  for (const pattern of ['[', '[]', 'a[b', 'a\\', '[z-a]']) {
    // oxlint-disable-next-line typescript/require-await
    assert.is(await codeOf((async () => pathMatcher(pattern))()), 'FILTER_INVALID', pattern);
  }
});

test.run();
