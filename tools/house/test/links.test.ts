import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { brokenLinks, checkout } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

test('links that lead nowhere are found', async () => {
  await using made = await madeUp({
    'README.md': [
      '# One `thing`, here',
      '[good](docs/a.md) [folder](docs) [web](https://example.org/x) [self](#one-thing-here)',
      '[gone](docs/b.md) [heading](docs/a.md#none) [out](../x) `[code](y)`',
      '```',
      '[code](z)',
      '```',
    ].join('\n'),
    'docs/a.md': '# A',
  });
  assert.equal(brokenLinks(made.path), [
    'README.md: docs/b.md does not exist',
    'README.md: docs/a.md#none has no such heading',
    'README.md: ../x leads out of the checkout',
  ]);
});

test('every relative link of this checkout leads somewhere', () => {
  assert.equal(brokenLinks(checkout), []);
});

test.run();
