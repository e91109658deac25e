import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filterContainers } from '../src/index.ts';
import type { Container, ContainerState, FilterOptions } from '../src/index.ts';
import { codeOf, idOf, recordOf } from './fixture.ts';

const exited = (exitCode: number): ContainerState => ({
  status: 'exited',
  exit: { exitCode, oomKilled: false, startedAt: '2026-01-02T03:04:06.000Z' },
});
const running: ContainerState = {
  status: 'running',
  pid: 1,
  startedAt: '2026-01-02T03:04:06.000Z',
};
const neverStarted: ContainerState = {
  status: 'created',
  exit: { exitCode: 127, oomKilled: false },
};
const imageId = (digit: string): string => `sha256:${digit.repeat(64)}`;
const labels = { tier: 'front', 'com.example.job': 'a=b', empty: '' };

// The newest first.
const containers: readonly Container[] = [
  { ...recordOf({ id: idOf('d0'), name: 'web-2', labels }), state: running },
  { ...recordOf({ id: idOf('c1'), name: 'db', image: 'postgres:16', imageId: imageId('7') }), state: exited(0) }, // prettier-ignore
  { ...recordOf({ id: idOf('c2'), name: 'job', labels: { tier: 'back' } }), state: exited(3) },
  { ...recordOf({ id: idOf('b0'), name: 'broken', image: 'localhost:5000/x' }), state: neverStarted }, // prettier-ignore
  { ...recordOf({ id: idOf('a0'), name: 'web', image: 'docker.io/library/busybox:latest' }), state: running }, // prettier-ignore
];

const namesFor = (options: FilterOptions): string[] =>
  filterContainers(containers, options).map(({ name }) => name);

const everyone = ['web-2', 'db', 'job', 'broken', 'web'];

const table: readonly (readonly [string, FilterOptions, readonly string[]])[] = [
  ['nothing: those that run', {}, ['web-2', 'web']],
  ['all', { all: true }, everyone],
  ['an empty filter', { all: true, filter: { names: [], labels: [] } }, everyone],
  ['a name in a name', { filter: { names: ['web'] } }, ['web-2', 'web']],
  ['an expression', { filter: { names: ['^web$'] } }, ['web']],
  ["docker's slash", { filter: { names: ['^/web'] } }, ['web-2', 'web']],
  ['one of two names', { all: true, filter: { names: ['^db$', 'job'] } }, ['db', 'job']],
  ['no name', { all: true, filter: { names: ['^nothing$'] } }, []],
  ['an expression that is none', { all: true, filter: { names: ['(', '[', '*'] } }, []],
  ['an id', { all: true, filter: { ids: ['^c'] } }, ['db', 'job']],
  ['a whole id', { all: true, filter: { ids: [idOf('b0')] } }, ['broken']],
  ['a status shows those that rest', { filter: { statuses: ['exited'] } }, ['db', 'job']],
  ['two of them', { filter: { statuses: ['created', 'running'] } }, ['web-2', 'broken', 'web']],
  ['a status that nobody has', { filter: { statuses: ['paused'] } }, []],
  ['an exit code', { all: true, filter: { exitCodes: [3] } }, ['job']],
  ['two of them', { all: true, filter: { exitCodes: [3, 0] } }, ['db', 'job']],
  ['that of one that never started', { all: true, filter: { exitCodes: [127] } }, []],
  ['an exit code without all', { filter: { exitCodes: [3] } }, []],
  ['a label', { all: true, filter: { labels: ['tier'] } }, ['web-2', 'job']],
  ['its value', { all: true, filter: { labels: ['tier=back'] } }, ['job']],
  ['a value with =', { filter: { labels: ['com.example.job=a=b'] } }, ['web-2']],
  ['an empty value', { filter: { labels: ['empty='] } }, ['web-2']],
  ['another value', { all: true, filter: { labels: ['tier='] } }, []],
  ['both labels', { all: true, filter: { labels: ['tier', 'empty'] } }, ['web-2']],
  ['what objects inherit is no label', { all: true, filter: { labels: ['constructor'] } }, []],
  ['an image, however it was named', { all: true, filter: { ancestors: ['busybox'] } }, ['web-2', 'job', 'web']], // prettier-ignore
  ['with its tag', { all: true, filter: { ancestors: ['postgres:16'] } }, ['db']],
  ['with another', { all: true, filter: { ancestors: ['postgres'] } }, []],
  ['of a registry', { all: true, filter: { ancestors: ['localhost:5000/x'] } }, ['broken']],
  ['by its id', { all: true, filter: { ancestors: [imageId('7')] } }, ['db']],
  ['by the beginning of it', { all: true, filter: { ancestors: ['777777777777'] } }, ['db']],
  ['an image that cannot be', { all: true, filter: { ancestors: ['A B', ''] } }, []],
  ['before one', { all: true, filter: { before: ['job'] } }, ['broken', 'web']],
  ['since one', { all: true, filter: { since: ['/job'] } }, ['web-2', 'db']],
  ['since an id', { all: true, filter: { since: ['c1'] } }, ['web-2']],
  ['between two', { all: true, filter: { before: ['db'], since: ['web'] } }, ['job', 'broken']],
  ['between two the other way round', { all: true, filter: { before: ['web'], since: ['db'] } }, []], // prettier-ignore
  ['before both', { all: true, filter: { before: ['web-2', 'job'] } }, ['broken', 'web']],
  ['the last', { last: 1 }, ['web-2']],
  ['the last three', { last: 3 }, ['web-2', 'db', 'job']],
  ['more than there are', { last: 9 }, everyone],
  ['no limit', { last: 0, all: true }, everyone],
  ['no limit either, and not all', { last: -1 }, ['web-2', 'web']],
  ['the last of those that fit', { last: 1, filter: { names: ['b'] } }, ['web-2']],
  ['different fields: all must fit', { all: true, filter: { names: ['web', 'job'], labels: ['tier'], statuses: ['exited'] } }, ['job']], // prettier-ignore
];

for (const [what, options, expected] of table) {
  test(what, () => assert.equal(namesFor(options), expected));
}

test('before and since want containers that are there', async () => {
  for (const nameOrId of ['nosuch', '', '/', 'C1', '.*']) {
    for (const filter of [{ before: [nameOrId] }, { since: [nameOrId] }]) {
      assert.is(await codeOf(() => namesFor({ filter })), 'CONTAINER_NOT_FOUND', nameOrId);
    }
  }
  assert.is(await codeOf(() => namesFor({ filter: { before: ['c'] } })), 'CONTAINER_AMBIGUOUS');
});

test.run();
