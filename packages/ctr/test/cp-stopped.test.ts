import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { assertRows } from './copy/table.ts';
import { mainJob } from './fixture.ts';

const EVERY = 5;

if (needs(...mainJob)) {
  // The rules are the same code; what differs is how the files are reached.
  test('of a container that does not run, copies are the same', () =>
    assertRows('stopped', (_row, index) => index % EVERY === 0));
}

test.run();
