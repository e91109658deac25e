import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { absoluteCgroupPath } from '../src/cgroup-path.ts';
import type { Hierarchy } from '../src/index.ts';
import { codeOf } from './support.ts';

const at = (base: string | undefined): Hierarchy => ({
  kind: 'v2',
  controllers: new Map(),
  unified: undefined,
  base,
});

test('absolute from the mount point, relative from the base', () => {
  assert.is(absoluteCgroupPath('/ctr//web/', at('/user')), '/ctr/web');
  assert.is(absoluteCgroupPath('ctr/web', at('/user.slice/u')), '/user.slice/u/ctr/web');
  assert.is(absoluteCgroupPath('web', at('/')), '/web');
});

test('what is no path of a cgroup', async () => {
  const bad = [
    '',
    '/',
    '//',
    '..',
    'a/../b',
    './a',
    'a\0b',
    'a\nb',
    'a/cgroup.procs',
    'memory.max',
  ];
  for (const path of [...bad, 'x/'.repeat(2001)]) {
    const code = await codeOf(() => absoluteCgroupPath(path, at('/')));
    assert.is(code, 'CGROUP_INVALID_VALUE', JSON.stringify(path));
  }
});

test('a relative path where nothing was handed over', async () => {
  assert.is(await codeOf(() => absoluteCgroupPath('a', at(undefined))), 'CGROUP_NO_PERMISSION');
  assert.is(absoluteCgroupPath('/a', at(undefined)), '/a');
});

test.run();
