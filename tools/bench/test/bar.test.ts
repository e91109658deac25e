import { test } from 'uvu';
import assert from 'node:assert/strict';
import { judge } from '../src/bar.ts';

const cases = [
  [{ times: 0.25 }, 200, 50, true, '≤ 0.25 × it'],
  [{ times: 0.25 }, 200, 51, false, '≤ 0.25 × it'],
  [{ times: 1 }, 200, 200, true, '≤ it'],
  [{ times: 1, plus: 10 }, 40, 50, true, '≤ it + 10 ms'],
  [{ times: 1, plus: 10 }, 40, 50.1, false, '≤ it + 10 ms'],
] as const;

for (const [bar, theirs, ours, met, text] of cases) {
  test(`${ours} beside ${theirs} with the bar ${text}`, () => {
    assert.deepEqual(judge(bar, theirs, ours, 'ms'), { bar: text, met });
  });
}

test('a limit looks at the value itself, not at ours', () => {
  assert.deepEqual(judge({ most: 150e6 }, 150e6, 900e6, 'bytes'), { bar: '≤ 150 MB', met: true });
  assert.equal(judge({ most: 150e6 }, 150e6 + 1, 0, 'bytes').met, false);
});

test.run();
