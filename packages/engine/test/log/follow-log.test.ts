import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readLog } from '../../src/log/read-log.ts';
import { codeOf } from '../fixture.ts';
import { collect, Follower, testLog } from './fixture.ts';
import { LogWriter, recordOf } from './log-writer.ts';

/** What this process has open of a log, and for watching. */
async function openHere(path: string): Promise<string[]> {
  // The kernel's watch goes with the next turn of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 20));
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(path) ? [target] : [];
    } catch {
      // The descriptor of this very reading.
      return [];
    }
  });
}

const handles = (): number =>
  process.getActiveResourcesInfo().filter((name) => /FSEvent|Timeout/.test(name)).length;

test('what is there, then what comes, also in new files', async () => {
  await using log = await testLog();
  log.writer.write('1\n');
  await using follower = new Follower(log.path);
  assert.is(await follower.next(), '1\n');
  await follower.wait();
  log.writer.write('2\n');
  assert.is(await follower.next(), '2\n');
  log.writer.write('3\n');
  log.writer.rotate();
  log.writer.write('4\n');
  log.writer.rotate();
  log.writer.rotate();
  log.writer.write('5\n');
  assert.equal([await follower.next(), await follower.next(), await follower.next()], ['3\n', '4\n', '5\n']); // prettier-ignore
});

test('tail and then on; with 0 only what comes', async () => {
  await using log = await testLog();
  for (const text of ['1\n', '2\n', '3\n']) log.writer.write(text);
  const record = recordOf('4\n');
  log.writer.append(record.slice(0, 9));
  await using last = new Follower(log.path, { tail: 1 });
  await using none = new Follower(log.path, { tail: 0 });
  assert.is(await last.next(), '3\n');
  await none.wait();
  log.writer.append(record.slice(9));
  assert.is(await last.next(), '4\n');
  assert.is(await none.next(), '4\n');
});

test('a log, and a directory, that come later', async () => {
  await using log = await testLog();
  rmSync(join(log.path, 'log'));
  const directory = join(log.path, 'later');
  await using here = new Follower(log.path);
  await using there = new Follower(directory);
  await here.wait();
  await there.wait();
  log.writer.reopen();
  log.writer.write('here\n');
  mkdirSync(directory);
  using writer = new LogWriter(directory);
  writer.write('there\n');
  assert.is(await here.next(), 'here\n');
  assert.is(await there.next(), 'there\n');
});

test('a line is handed out when its end is written; a torn one never', async () => {
  await using log = await testLog();
  await using follower = new Follower(log.path);
  const record = recordOf('1\n');
  for (const byte of record.slice(0, -1)) log.writer.append(byte);
  await follower.wait();
  log.writer.append('\n');
  assert.is(await follower.next(), '1\n');
  await follower.wait();
  log.writer.append(record.slice(0, 20));
  await follower.wait();
  log.writer.rotate();
  log.writer.append(record.slice(0, 30));
  log.writer.reopen();
  log.writer.write('2\n');
  assert.is(await follower.next(), '2\n');
});

test('every line of a writer that rotates, tears and writes halves: once and in order', async () => {
  await using log = await testLog();
  const count = 6000;
  const script = fileURLToPath(new URL('children/write-log.ts', import.meta.url));
  const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];
  const child = spawn(process.execPath, [...tsx, script, log.path, String(count)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  let ended = false;
  const closed = once(child, 'close').finally(() => (ended = true));
  child.stdin.on('error', () => undefined);
  let read = 0;
  try {
    for await (const { text } of readLog(log.path, { follow: { ended: () => ended } })) {
      const number = Number(text.split(' ')[0]);
      if (number !== read + 1) throw new Error(`${number} came after ${read}`);
      read = number;
      child.stdin.write(`${read}\n`);
    }
  } finally {
    child.kill();
  }
  assert.is(read, count);
  assert.equal(await closed, [0, null]);
});

test('who is overtaken by the rotations goes on with the oldest line there is', async () => {
  await using log = await testLog();
  await using follower = new Follower(log.path);
  log.writer.write('first\n');
  assert.is(await follower.next(), 'first\n');
  log.writer.write('of the first file\n');
  for (let number = 1; number <= 20; number++) {
    log.writer.rotate();
    log.writer.write(`${number}\n`);
  }
  follower.end();
  const texts = await collect(
    (async function* () {
      for (let text = await follower.next(); text !== undefined; text = await follower.next()) {
        yield text;
      }
    })(),
  );
  assert.equal(texts, ['of the first file\n', '16\n', '17\n', '18\n', '19\n', '20\n']);
});

test('a rotation that was cut off is waited out', async () => {
  await using log = await testLog();
  await using follower = new Follower(log.path);
  log.writer.write('1\n');
  assert.is(await follower.next(), '1\n');
  log.writer.write('2\n');
  log.writer.renameAll();
  assert.is(await follower.next(), '2\n');
  await follower.wait();
  log.writer.reopen();
  log.writer.write('3\n');
  assert.is(await follower.next(), '3\n');
});

test('a log that is emptied goes on from its beginning', async () => {
  await using log = await testLog();
  await using follower = new Follower(log.path);
  log.writer.write('a long line before\n');
  assert.is(await follower.next(), 'a long line before\n');
  truncateSync(join(log.path, 'log'));
  await follower.wait();
  log.writer.write('after\n');
  assert.is(await follower.next(), 'after\n');
});

test('once ended, what is there is read to the end', async () => {
  await using log = await testLog();
  let asked = 0;
  const ended = (): Promise<boolean> => {
    asked += 1;
    if (asked === 1) return Promise.resolve(false);
    log.writer.write('2\n');
    log.writer.rotate();
    log.writer.write('3');
    return Promise.resolve(true);
  };
  log.writer.write('1\n');
  assert.equal(await log.texts({ follow: { ended } }), ['1\n', '2\n', '3']);
  assert.is(asked, 2);
});

test('what has ended before is read, and not waited for', async () => {
  await using log = await testLog();
  log.writer.write('1\n');
  assert.equal(await log.texts({ follow: { ended: () => true } }), ['1\n']);
  renameSync(log.path, `${log.path}-gone`);
  assert.equal(await log.texts({ follow: { ended: () => true } }), []);
  renameSync(`${log.path}-gone`, log.path);
});

test('until ends it too, also where the program goes on', async () => {
  await using log = await testLog();
  const until = new Date(Date.now() + 300);
  const write = (): void => log.writer.write('x\n', { time: new Date().toISOString() });
  const busy = setInterval(write, 5);
  try {
    const entries = await log.entries({ until, follow: { ended: () => false } });
    assert.ok(entries.length > 0);
    assert.ok(entries.every(({ time }) => Date.parse(time) <= until.getTime()));
  } finally {
    clearInterval(busy);
  }
});

test('an abort ends it with its reason, and everything is closed', async () => {
  await using log = await testLog();
  const before = handles();
  log.writer.write('1\n');
  log.writer.rotate();
  const written = await openHere(log.path);
  const follower = new Follower(log.path);
  assert.is(await follower.next(), '1\n');
  await follower.wait();
  assert.ok((await openHere(log.path)).length > written.length);
  follower.abort(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
  assert.is(await codeOf(() => follower.next()), 'ENOUGH');
  assert.equal(await openHere(log.path), written);
  assert.is(handles(), before);
  const signal = AbortSignal.abort(Object.assign(new Error('early'), { code: 'EARLY' }));
  assert.is(await codeOf(() => log.texts({ signal })), 'EARLY');
});

test('whoever stops reading, or fails, leaves nothing open', async () => {
  await using log = await testLog();
  const before = handles();
  for (const text of ['1\n', '2\n', '3\n']) {
    log.writer.write(text);
    log.writer.rotate();
  }
  const written = await openHere(log.path);
  const follow = { ended: () => false };
  for (const options of [{}, { follow }, { tail: 2 }, { follow, tail: 2 }]) {
    for await (const entry of readLog(log.path, options)) if (entry.text !== '') break;
  }
  const failing = { ended: () => Promise.reject(Object.assign(new Error('no'), { code: 'NO' })) };
  assert.is(await codeOf(() => log.texts({ follow: failing })), 'NO');
  mkdirSync(join(log.path, 'log.4'));
  assert.is(await codeOf(() => log.texts({ follow })), 'LOG_INVALID');
  assert.equal(await openHere(log.path), written);
  assert.is(handles(), before);
});

test.run();
