import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseIds, idBlocks, IDS_OF_BLOCK, releaseIds } from '../src/own-ids.ts';
import type { OwnIds } from '../src/own-ids.ts';
import type { Engine } from '../src/engine.ts';
import { idOf, testEngine } from './fixture.ts';

/** The first ids of the first blocks that two files like /etc/subuid and /etc/subgid leave. */
async function firstBlocks(uids: string, gids: string, count = 3): Promise<number[]> {
  await using directory = await temporaryDirectory();
  const files = [join(directory.path, 'uids'), join(directory.path, 'gids')] as const;
  writeFileSync(files[0], uids);
  writeFileSync(files[1], gids);
  const blocks: number[] = [];
  for (const { start, size } of idBlocks(files)) {
    assert.is(size, IDS_OF_BLOCK);
    blocks.push(start);
    if (blocks.length === count) break;
  }
  return blocks;
}

test('blocks are those that the files give to ctr, else to containers, as both have them', async () => {
  const ours = 'somebody:1000000:65536\nctr:2000000:131073\ncontainers:5000000:65536\n';
  assert.equal(await firstBlocks(ours, ours), [2_000_000, 2_065_536]);
  const theirs = 'containers:2147483647:2147483648\n';
  assert.equal(await firstBlocks(theirs, theirs, 2), [2_147_483_647, 2_147_549_183]);
  assert.equal(await firstBlocks('containers:1000000:200000\n', 'containers:1065536:70000\n'), [1_065_536]); // prettier-ignore
  assert.equal(await firstBlocks('ctr:1000000:65535\n', 'ctr:1000000:65536\n'), []);
});

test('without any, blocks are the customary ones that the files give to nobody', async () => {
  assert.equal(await firstBlocks('', ''), [524_288, 589_824, 655_360]);
  const uids = 'a:100000:65536\nb:524200:100\n1000:700000:1\n';
  assert.equal(await firstBlocks(uids, 'c:600000:5\n'), [720_896, 786_432, 851_968]);
});

async function someIds(engine: Engine, size: number, digit: string): Promise<OwnIds> {
  const own = await chooseIds(engine, size, idOf(digit));
  assert.ok(own);
  return own;
}

test("a block is one container's until it is given back", async () => {
  await using engine = await testEngine();
  const one = await someIds(engine, 10, '1');
  const other = await someIds(engine, 20, '2');
  assert.is(one.size, 10);
  assert.is(other.size, 20);
  assert.is.not(one.first, other.first);
  await releaseIds(engine, one, idOf('2'));
  assert.is(readdirSync(join(engine.root, 'ids')).length, 2, 'it was not theirs to give back');
  await releaseIds(engine, one, idOf('1'));
  assert.equal(await chooseIds(engine, 30, idOf('3')), { first: one.first, size: 30 });
  assert.is(await chooseIds(engine, undefined, idOf('4')), undefined);
  assert.equal(readdirSync(join(engine.root, 'ids')).toSorted(), [one.first, other.first].map(String).toSorted()); // prettier-ignore
});

test('of many who want one at once everybody gets another', async () => {
  await using engine = await testEngine();
  const ids = Array.from('0123456789abcdef');
  const chosen = await Promise.all(ids.map((digit) => chooseIds(engine, 1, idOf(digit))));
  assert.is(new Set(chosen.map((own) => own?.first)).size, ids.length);
});

test.run();
