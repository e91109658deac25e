import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mapBehind, mapLines } from '../src/ids/id-maps.ts';
import { parseSubordinateIds } from '../src/ids/subordinate-ids.ts';

const owner = { name: 'me', id: 1000 };

test("the ranges of a user, by name or number, in the file's order", () => {
  const text = 'you:1:2\nme:100000:65536\n1000:300000:10\nroot:7:8\nmen:1:1\n10001:1:1\nme:5:1';
  assert.equal(parseSubordinateIds(text, owner), [
    { start: 100_000, size: 65_536 },
    { start: 300_000, size: 10 },
    { start: 5, size: 1 },
  ]);
  assert.equal(parseSubordinateIds('1000:1:2', { id: 1000 }), [{ start: 1, size: 2 }]);
});

test('what is no range gives no id', () => {
  for (const line of [
    'me',
    'me:1',
    'me:1:2:3',
    'me::',
    'me:1:0',
    'me:-1:5',
    'me:x:5',
    'me:1: 5',
    'me:4294967295:1',
    'me:4294967290:10',
    'me:99999999999:1',
    '#me:1:2',
    ' me:1:2', // prettier-ignore
  ]) {
    assert.equal(parseSubordinateIds(line, owner), [], line);
  }
});

test('root is the user, the ids behind it are those of the ranges, none twice', () => {
  assert.equal(mapBehind(1000, []), [{ containerID: 0, hostID: 1000, size: 1 }]);
  const ranges = [
    { start: 100_000, size: 100 },
    { start: 100_099, size: 5 },
    { start: 990, size: 20 },
    { start: 200_000, size: 7 },
  ];
  assert.equal(mapBehind(1000, ranges), [
    { containerID: 0, hostID: 1000, size: 1 },
    { containerID: 1, hostID: 100_000, size: 100 },
    { containerID: 101, hostID: 100_100, size: 4 },
    { containerID: 105, hostID: 990, size: 10 },
    { containerID: 115, hostID: 1001, size: 9 },
    { containerID: 124, hostID: 200_000, size: 7 },
  ]);
  assert.equal(mapBehind(7, [{ start: 7, size: 1 }]).length, 1);
});

test('no more lines than the kernel takes', () => {
  const short = Array.from({ length: 400 }, (_, i) => ({ start: 2 + 2 * i, size: 1 }));
  assert.is(mapBehind(1, short).length, 340);
  // All of it goes with one write of less than a page.
  const long = Array.from({ length: 400 }, (_, i) => ({ start: 4_000_000_000 + 10 * i, size: 2 }));
  const lines = mapLines(mapBehind(1000, long));
  assert.ok(lines.length > 4050 && lines.length < 4096, String(lines.length));
});

test.run();
