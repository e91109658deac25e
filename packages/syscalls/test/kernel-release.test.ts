import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isKernelSince, linksAnonymousFiles } from '../src/kernel-release.ts';

test('versions of kernels are compared by their numbers', () => {
  for (const [release, major, minor, since] of [
    ['5.15.0-1-amd64', 6, 7, false],
    ['6.6.9', 6, 7, false],
    ['6.10.1\n', 6, 7, true],
    ['7.0.0-rc1', 6, 10, true],
  ] as const) {
    assert.is(isKernelSince(major, minor, release), since, release);
  }
  assert.not(linksAnonymousFiles('6.9.12'));
  assert.ok(linksAnonymousFiles('6.10.0-rc1'));
});

test.run();
