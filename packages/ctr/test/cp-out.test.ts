import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { subjectOf } from './copy/stage.ts';
import { assertRows } from './copy/table.ts';
import { mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('out of a running container, files, archives and words are as docker has them', () =>
    assertRows('running', (row) => subjectOf(row) === 'out'));
}

test.run();
