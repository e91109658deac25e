import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readLog } from '../../src/log/read-log.ts';
import { codeOf } from '../fixture.ts';
import { collect, testLog } from './fixture.ts';
import type { TestLog } from './fixture.ts';
import { LogWriter, recordOf } from './log-writer.ts';

const lines = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${first + index}\n`);

/** Lines 1 to `last`, in files of ten. */
function fill({ writer }: TestLog, last: number): void {
  for (const line of lines(1, last)) {
    writer.write(line);
    if (Number(line) % 10 === 0) writer.rotate();
  }
}

test('what is not there is empty', async () => {
  await using log = await testLog();
  assert.equal(await log.texts(), []);
  rmSync(join(log.path, 'log'));
  assert.equal(await log.texts(), []);
  assert.equal(await log.texts({ tail: 3 }), []);
  assert.equal(await collect(readLog(join(log.path, 'nosuch'))), []);
});

test('lines with their streams and times, as they were written', async () => {
  await using log = await testLog();
  log.writer.write('out\n', { time: '2026-11-25T22:14:02.5Z' });
  log.writer.write('err\r\n', { stream: 'stderr' });
  log.writer.write('end');
  assert.equal(
    (await log.entries()).map(({ stream, time, text }) => [stream, time, text]),
    [
      ['stdout', '2026-11-25T22:14:02.500000000Z', 'out\n'],
      ['stderr', '2026-11-25T22:14:02.123456789Z', 'err\r\n'],
      ['stdout', '2026-11-25T22:14:02.123456789Z', 'end'],
    ],
  );
});

test('the old files first', async () => {
  await using log = await testLog();
  fill(log, 47);
  assert.equal(await log.texts(), lines(1, 47));
  fill(log, 60);
  assert.equal(await log.texts(), lines(21, 60), 'four old files are kept');
});

test('a rotation that was cut off leaves gaps, and no line behind', async () => {
  await using log = await testLog();
  fill(log, 25);
  log.writer.renameAll();
  assert.equal(await log.texts(), lines(1, 25));
  assert.equal(await log.texts({ tail: 7 }), lines(19, 25));
  log.writer.reopen();
  rmSync(join(log.path, 'log.2'));
  assert.equal(await log.texts(), [...lines(1, 10), ...lines(21, 25)]);
});

test('a line is there when it is whole', async () => {
  await using log = await testLog();
  log.writer.write('1\n');
  const record = recordOf('2\n');
  log.writer.append(record.slice(0, -1));
  assert.equal(await log.texts(), ['1\n']);
  assert.equal(await log.texts({ tail: 1 }), ['1\n']);
  log.writer.append(record.slice(-1));
  assert.equal(await log.texts(), lines(1, 2));
});

test('damaged lines are skipped, and nothing else', async () => {
  await using log = await testLog();
  const torn = recordOf('torn\n').slice(0, 20);
  log.writer.write('1\n');
  log.writer.append(torn);
  log.writer.reopen();
  log.writer.write('2\n');
  log.writer.append('\n\nnonsense\n{"log":"x"}\n\xff\n');
  log.writer.write('3\n');
  log.writer.append(torn);
  log.writer.rotate();
  log.writer.write('4\n');
  log.writer.append(Buffer.alloc(300_000));
  log.writer.write('5\n');
  log.writer.append('x'.repeat(3_000_000));
  log.writer.append('\n');
  log.writer.write('6\n');
  assert.equal(await log.texts(), lines(1, 6));
  for (let tail = 0; tail <= 7; tail++) {
    assert.equal(await log.texts({ tail }), lines(1, 6).slice(Math.max(0, 6 - tail)), `${tail}`);
  }
});

test('lines of every length, at every place of a chunk', async () => {
  await using log = await testLog();
  const texts = Array.from(
    { length: 400 },
    (_, n) => `${n} ${'ü\u0001'.repeat((n * 37) % 5000)}\n`,
  );
  for (const text of texts) log.writer.write(text);
  assert.equal(await log.texts(), texts);
  for (const tail of [1, 2, 77, 399, 400, 401]) {
    assert.equal(await log.texts({ tail }), texts.slice(-tail), `${tail}`);
  }
});

test('tail: across files, also more than there are', async () => {
  await using log = await testLog();
  fill(log, 47);
  for (const tail of [0, 1, 6, 7, 8, 17, 18, 46, 47, 48, 1e9]) {
    assert.equal(await log.texts({ tail }), lines(1, 47).slice(Math.max(0, 47 - tail)), `${tail}`);
  }
});

test('tail counts a long line once, and streams apart', async () => {
  await using log = await testLog();
  const part = 'x'.repeat(16 * 1024);
  log.writer.write('before\n');
  log.writer.write(part);
  log.writer.write('between\n', { stream: 'stderr' });
  log.writer.write(part);
  log.writer.write('end of long\n');
  log.writer.write('no newline');
  assert.equal(await log.texts({ tail: 1 }), ['no newline']);
  assert.equal(await log.texts({ tail: 3 }), [
    part,
    'between\n',
    part,
    'end of long\n',
    'no newline',
  ]);
});

test('the last ten lines of 200 MB are not looked for in the rest', async () => {
  await using log = await testLog();
  truncateSync(join(log.path, 'log'), 200_000_000);
  log.writer.append('\n');
  for (const line of lines(1, 20)) log.writer.write(line);
  const bytesRead = (): number =>
    Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  const before = bytesRead();
  assert.equal(await log.texts({ tail: 10 }), lines(11, 20));
  assert.ok(bytesRead() - before < 300_000, `${bytesRead() - before} bytes were read`);
});

test('since and until, to the nanosecond, both included', async () => {
  await using log = await testLog();
  const second = BigInt(Date.parse('2026-11-25T10:00:00Z')) * 1_000_000n;
  for (const [index, fraction] of ['', '.000000001', '.5', '.999999999'].entries()) {
    log.writer.write(`${index + 1}\n`, { time: `2026-11-25T10:00:00${fraction}Z` });
  }
  assert.equal(await log.texts({ since: second }), lines(1, 4));
  assert.equal(await log.texts({ since: second + 1n }), lines(2, 4));
  assert.equal(await log.texts({ since: second + 2n }), lines(3, 4));
  assert.equal(await log.texts({ until: second + 1n }), lines(1, 2));
  assert.equal(await log.texts({ since: second + 1n, until: second + 500_000_000n }), lines(2, 3));
  assert.equal(await log.texts({ since: new Date('2026-11-25T10:00:00.500Z') }), lines(3, 4));
  assert.equal(await log.texts({ until: second + 500_000_000n, tail: 2 }), lines(2, 3));
  assert.equal(await log.texts({ since: second + 2n, tail: 9 }), lines(3, 4));
});

test('a clock that was set back hides nothing', async () => {
  await using log = await testLog();
  log.writer.write('1\n', { time: '2026-11-25T10:00:00Z' });
  log.writer.write('0\n', { time: '1970-01-01T00:00:00Z' });
  log.writer.write('2\n', { time: '2026-11-25T10:00:01Z' });
  assert.equal(await log.texts({ since: new Date('2026-01-01'), tail: 5 }), lines(1, 2));
});

test('without follow it ends, however fast the log grows', async () => {
  await using log = await testLog();
  for (const line of lines(1, 2000)) log.writer.write(line);
  const texts: string[] = [];
  for await (const { text } of readLog(log.path, { tail: 1500 })) {
    texts.push(text);
    for (const line of lines(1, 5)) log.writer.write(line);
  }
  assert.equal(texts, lines(501, 2000));
});

test('files that are rotated away while they are read are read to their end', async () => {
  await using log = await testLog();
  fill(log, 47);
  const texts: string[] = [];
  for await (const { text } of readLog(log.path)) {
    texts.push(text);
    log.writer.rotate();
  }
  assert.equal(texts, lines(1, 47));
});

for (const [what, make] of [
  ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
  ['a directory', (path: string) => mkdirSync(path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
] as const) {
  test(`${what} is no log, whichever file it is`, async () => {
    for (const name of ['log', 'log.2']) {
      await using log = await testLog();
      rmSync(join(log.path, name), { force: true });
      make(join(log.path, name));
      assert.is(await codeOf(() => log.texts()), 'LOG_INVALID', name);
    }
  });
}

test('files that only look like those of a log are none', async () => {
  await using log = await testLog();
  log.writer.write('1\n');
  for (const name of ['log.', 'log.x', 'log.1x', 'log.01234', 'xlog', 'log.1.gz', 'log.-1']) {
    writeFileSync(join(log.path, name), recordOf('x\n'));
  }
  assert.equal(await log.texts(), ['1\n']);
});

test('more old files than usual', async () => {
  await using log = await testLog();
  using many = new LogWriter(log.path, 30);
  for (const line of lines(1, 25)) {
    many.write(line);
    many.rotate();
  }
  assert.equal(await log.texts(), lines(1, 25));
});

test.run();
