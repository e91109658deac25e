import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alignTabs } from '../../src/template/align-tabs.ts';

// As docker 28.2.2 prints tables by templates; a row of the second has two lines.
const table: readonly (readonly [string, string, string])[] = [
  ['nothing', '', ''],
  ['no tab', 'a\nlonger than ten\n', 'a\nlonger than ten\n'],
  ['at least ten wide', 'a\tb\n', 'a         b\n'],
  ['three spaces after the longest', 'a\tb\n12345678\tc\n', 'a          b\n12345678   c\n'],
  [
    'columns of two lines a row',
    'NAMES\tCONTAINER ID\nSTATE\tIMAGE\nweb\tff3e00000000\nrunning\tbusybox\na_rather_long_name\td30700000000\n',
    'NAMES                CONTAINER ID\nSTATE                IMAGE\nweb                  ff3e00000000\nrunning              busybox\na_rather_long_name   d30700000000\n',
  ],
  ['a last cell that a tab ends', 'NAMES\t\nweb\t\n', 'NAMES     \nweb       \n'],
  ['an empty column', 'a\t\tb\n', 'a                   b\n'],
  [
    'a line without the cell ends a column',
    'a_long_first_cell\tb\nnone\nc\td\n',
    'a_long_first_cell   b\nnone\nc         d\n',
  ],
  ['letters, not bytes', 'ééééééééé\tx\nabc\ty\n', 'ééééééééé   x\nabc         y\n'],
];

for (const [what, text, expected] of table) {
  test(what, () => assert.is(alignTabs(text), expected));
}

test.run();
