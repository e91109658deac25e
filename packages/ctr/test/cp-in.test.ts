import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { isInto } from './copy/stage.ts';
import { assertRows } from './copy/table.ts';
import { mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('into a running container, a file and what else is copied as docker does', () =>
    assertRows('running', (row, index) => isInto(row) && index % 2 === 0));

  test('the other half of the table', () =>
    assertRows('running', (row, index) => isInto(row) && index % 2 === 1));
}

test.run();
