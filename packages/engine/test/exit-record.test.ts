import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exitPaths, forgetExit, readExit, writeExit } from '../src/exit-record.ts';
import { codeOf, forge, idOf, recordOf, testEngine } from './fixture.ts';

const id = idOf('a');
const exit = { exitCode: 3, oomKilled: false, startedAt: '2026-01-02T03:04:06.000Z' };
const other = { exitCode: 127, oomKilled: false, error: 'not found' };

test('nothing is known of one that never ended, nor of one that is not there', async () => {
  await using engine = await testEngine();
  assert.is(readExit(engine, id), undefined);
  forge(engine, recordOf());
  assert.is(readExit(engine, id), undefined);
});

test('what is written is read, with its directory whole', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  await writeExit(engine, id, other);
  await writeExit(engine, id, exit);
  assert.equal(readExit(engine, id), exit);
  const files = readdirSync(join(engine.root, 'containers', id)).toSorted();
  assert.equal(files, ['container.json', 'exit.json', 'upper']);
});

test('the place beside counts where the first has none, and goes when that has', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  const [kept, beside] = exitPaths(engine, id);
  writeFileSync(beside, JSON.stringify(other));
  assert.equal(readExit(engine, id), other);
  writeFileSync(kept, '{"exit');
  assert.equal(readExit(engine, id), other);
  await writeExit(engine, id, exit);
  assert.equal(readExit(engine, id), exit);
  assert.equal(readdirSync(join(engine.run, 'ended')), []);
});

test('what is damaged is nothing', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  for (const content of ['', '{', 'null', '7', '[]', '{}', '{"exitCode":"3"}', '\0'.repeat(99)]) {
    writeFileSync(exitPaths(engine, id)[0], content);
    assert.is(readExit(engine, id), undefined, content);
  }
});

test('forgotten: in both places, and also where there is nothing', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf(), { exit });
  writeFileSync(exitPaths(engine, id)[1], JSON.stringify(exit));
  forgetExit(engine, id);
  forgetExit(engine, id);
  assert.is(readExit(engine, id), undefined);
});

if (needs('root')) {
  test('a full disk takes none, and what was there stays', async () => {
    await using engine = await testEngine();
    forge(engine, recordOf());
    const directory = join(engine.root, 'containers', id);
    await run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', directory]);
    try {
      await writeExit(engine, id, exit);
      await run(['dd', 'if=/dev/zero', `of=${join(directory, 'full')}`]);
      assert.is(await codeOf(() => writeExit(engine, id, other)), 'NO_SPACE');
      assert.equal(JSON.parse(readFileSync(join(directory, 'exit.json'), 'utf8')), exit);
      assert.equal(readdirSync(directory).toSorted(), ['exit.json', 'full']);
    } finally {
      await run(['umount', directory]);
    }
  });
}

test.run();
