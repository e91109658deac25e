import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkTo, pageOf } from '../../src/serve/page.ts';

const page = (names: string[], query: string): string[] =>
  pageOf(names, new URLSearchParams(query)).items;

test('lists in case-insensitive order, each name once', () => {
  assert.equal(page(['b', 'C', 'a', 'b', 'A', 'c'], ''), ['A', 'a', 'b', 'C', 'c']);
});

test('gives n names after last, which need not exist', () => {
  assert.equal(page(['a', 'b', 'd', 'e'], 'n=2&last=c'), ['d', 'e']);
  assert.equal(page(['a', 'b', 'd', 'e'], 'n=1&last=a'), ['b']);
  assert.equal(page(['a'], 'last=z'), []);
});

test('n=0 is an empty list without a next page', () => {
  const query = new URLSearchParams('n=0');
  const result = pageOf(['a', 'b'], query);
  assert.equal(result.items, []);
  assert.equal(linkTo(result, '/v2/_catalog', query), {});
});

test('links to the next page until there is none', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const seen: string[] = [];
  let link: string | undefined = '/x?n=2';
  while (link !== undefined) {
    const query: URLSearchParams = new URL(link, 'http://x').searchParams;
    const result = pageOf(names, query);
    seen.push(...result.items);
    link = /^<(.*)>; rel="next"$/.exec(linkTo(result, '/x', query)['Link'] ?? '')?.[1];
  }
  assert.equal(seen, names);
});

for (const n of ['-1', 'x', '1.5', '', '99999999999']) {
  test(`refuses n=${n}`, () => {
    try {
      page(['a'], `n=${n}`);
      assert.unreachable();
    } catch (error) {
      assert.is((error as { code: string }).code, 'PAGINATION_NUMBER_INVALID');
    }
  });
}

test.run();
