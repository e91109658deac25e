import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { subjectOf } from './copy/stage.ts';
import { assertRows } from './copy/table.ts';
import { mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('into a running container a file is copied as docker does', () =>
    assertRows('running', (row) => subjectOf(row) === 'file in'));
}

test.run();
