import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tree } from './compare/ignore-rows.ts';
import { contextOf, failureOf } from './context-helpers.ts';
import type { ContextPlace } from './context-helpers.ts';

interface Table {
  readonly everything: readonly string[];
  /** What is gone of everything, by ignore file; or why docker refuses. */
  readonly gone: Readonly<Record<string, readonly string[] | string>>;
}

const data = new URL('data/dockerignore.json', import.meta.url);
const table = JSON.parse(readFileSync(data, 'utf8')) as Table;

/**
 * Where docker's classic builder, of which the table is, differs from BuildKit: it never looks into a directory that is left out for
 * what an exception with a wildcard would bring back.
 */
const broughtBack: Readonly<Record<string, readonly string[]>> = {
  '**\n!**/a.txt': ['dir/', 'dir/a.txt', 'dir/sub/', 'dir/sub/a.txt', 'dir2/', 'dir2/a.txt', 'other/', 'other/dir/', 'other/dir/a.txt', 'xdir/', 'xdir/a.txt'], // prettier-ignore
  'node_modules\n!**/keep.txt': ['node_modules/', 'node_modules/m/', 'node_modules/m/keep.txt'],
  'dir\n!*/sub': ['dir/', 'dir/sub/', 'dir/sub/a.txt', 'dir/sub/deep/', 'dir/sub/deep/keep.txt', 'dir/sub/deep/x.txt'], // prettier-ignore
  'dir\n!dir/*/deep': ['dir/', 'dir/sub/', 'dir/sub/deep/', 'dir/sub/deep/keep.txt', 'dir/sub/deep/x.txt'], // prettier-ignore
  '*\n!**/keep.txt': ['dir/', 'dir/sub/', 'dir/sub/deep/', 'dir/sub/deep/keep.txt', 'node_modules/', 'node_modules/m/', 'node_modules/m/keep.txt', 'other/', 'other/keep.txt'], // prettier-ignore
  '*\n!*/a.txt': ['dir/', 'dir/a.txt', 'dir2/', 'dir2/a.txt', 'xdir/', 'xdir/a.txt'],
};

async function goneOf(place: ContextPlace): Promise<string[]> {
  await using context = await place.open();
  const { matches } = await context.select({ sources: ['.'] });
  const left = new Set(
    matches.flatMap(({ entries }) =>
      entries.map(
        ({ entry }) => `${entry.path.toString()}${entry.type === 'directory' ? '/' : ''}`,
      ),
    ),
  );
  return table.everything.filter((path) => !left.has(path));
}

for (const [ignore, expected] of Object.entries(table.gone)) {
  test(`.dockerignore ${JSON.stringify(ignore)}`, async () => {
    await using place = await contextOf(Object.fromEntries(tree.map((path) => [path, 'x'])));
    await writeFile(join(place.path, '.dockerignore'), ignore);
    if (typeof expected === 'string') {
      const problem = expected.replace(/^error checking context: /, '');
      const failure = await failureOf(place.open());
      assert.ok(failure.startsWith('CONTEXT_INVALID: ') && failure.endsWith(problem), failure);
    } else {
      const back = broughtBack[ignore] ?? [];
      assert.equal(
        back.filter((path) => !expected.includes(path)),
        [],
      );
      const gone = expected.filter((path) => !back.includes(path));
      assert.equal(await goneOf(place), gone);
    }
  });
}

test.run();
