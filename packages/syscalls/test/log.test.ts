import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { helperPath } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf, shell } from './plan-helpers.ts';
import { isEvent, send, until } from './supervised.ts';

const LONGEST = 16384;

interface Line {
  readonly log: string;
  readonly stream: 'stdout' | 'stderr';
  readonly time: string;
}

const linesOf = (path: string): Line[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

const textsOf = (path: string): string[] => linesOf(path).map(({ log }) => log);

async function run(
  directory: string,
  script: string,
  { size = 1 << 30, files = 5, path = helperPath() } = {},
): Promise<void> {
  const log: Operation = { op: 'log', directory, size: BigInt(size), files };
  const helper = await send({ first: [log], attached: {}, path }, shell(script));
  const { code } = await helper.wait();
  assert.is(code, 0);
}

/** The lines that are kept of what a script writes. */
async function logged(script: string): Promise<string[]> {
  await using directory = await temporaryDirectory();
  await run(directory.path, script);
  return textsOf(join(directory.path, 'log'));
}

test("a line is an object as docker's json-file has it, with its stream and its time", async () => {
  await using directory = await temporaryDirectory();
  const before = new Date().toISOString();
  await run(directory.path, 'echo one; echo two >&2');
  const lines = linesOf(join(directory.path, 'log'));
  lines.sort((one, other) => one.log.localeCompare(other.log));
  assert.equal(
    lines.map(({ log, stream }) => [log, stream]),
    [
      ['one\n', 'stdout'],
      ['two\n', 'stderr'],
    ],
  );
  for (const { time } of lines) {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    assert.ok(time >= before && time <= `${new Date().toISOString().slice(0, -1)}999999Z`);
  }
  assert.equal(Object.keys(lines[0] ?? {}), ['log', 'stream', 'time']);
});

for (const [what, script, lines] of [
  ['an empty line', 'echo', ['\n']],
  ['a last line without its end', 'echo a; printf b', ['a\n', 'b']],
  ['nothing', 'true', []],
  ['carriage returns', "printf 'a\\r\\nb\\rc\\n'", ['a\r\n', 'b\rc\n']],
  ['quotes and backslashes', "printf '%s\\n' 'a\"b\\c'", ['a"b\\c\n']],
  ['control characters', "printf 'a\\033[1m\\000\\177\\t\\n'", ['a\u001b[1m\0\u007f\t\n']],
  ['what is no UTF-8', "printf 'a\\377b\\303(\\n'", ['a\ufffdb\ufffd(\n']],
  [
    'overlong and surrogate',
    "printf '\\300\\257 \\355\\240\\200\\n'",
    ['\ufffd\ufffd \ufffd\ufffd\ufffd\n'],
  ],
  ['a character in two writes', "printf '\\342\\202'; sleep 0.1; printf '\\254\\n'", ['€\n']],
  ['half a character at the end', "printf 'a\\342\\202'", ['a\ufffd\ufffd']],
  ['a line in many writes', 'for i in 1 2 3; do printf $i; sleep 0.05; done; echo', ['123\n']],
] as const) {
  test(`${what} in the log`, async () => {
    assert.equal(await logged(script), lines);
  });
}

const times = (text: string, count: number): string =>
  `head -c ${count * text.length} /dev/zero | tr '\\000' ${text}`;

for (const [what, script, lengths] of [
  ['16 KiB with its end', `${times('x', LONGEST - 1)}; echo`, [LONGEST]],
  ['16 KiB without its end', times('x', LONGEST), [LONGEST]],
  ['its end as the first of the next 16 KiB', `${times('x', LONGEST)}; echo`, [LONGEST, 1]],
  ['40000 bytes', `${times('x', 40000)}; echo`, [LONGEST, LONGEST, 40001 - 2 * LONGEST]],
] as const) {
  test(`a line of ${what} is kept in parts of 16 KiB`, async () => {
    assert.equal(
      (await logged(script)).map(({ length }) => length),
      lengths,
    );
  });
}

test('a character at the border of two parts is not cut', async () => {
  for (const before of [LONGEST - 1, LONGEST - 2, LONGEST - 3]) {
    const parts = await logged(`${times('x', before)}; printf '\\360\\237\\220\\263\\n'`);
    assert.equal(parts, ['x'.repeat(before), '🐳\n'], String(before));
  }
  const whole = await logged(`${times('x', LONGEST - 4)}; printf '\\360\\237\\220\\263\\n'`);
  assert.equal(whole, [`${'x'.repeat(LONGEST - 4)}🐳`, '\n']);
});

test('bytes that look like the beginning of a character at the border of two parts', async () => {
  const parts = await logged(`${times('x', LONGEST - 1)}; printf '\\377\\377\\n'`);
  assert.equal(parts, ['x'.repeat(LONGEST - 1), '\ufffd\ufffd\n']);
});

test('what a container of before has left is added to, on a line of its own', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'log');
  await run(directory.path, 'echo one');
  await run(directory.path, 'echo two');
  assert.equal(textsOf(path), ['one\n', 'two\n']);
  writeFileSync(path, '{"log":"torn', { flag: 'a' });
  await run(directory.path, 'echo three');
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.is(lines[2], '{"log":"torn');
  assert.is((JSON.parse(lines[3] ?? '') as Line).log, 'three\n');
});

const numbers = 'for i in $(seq 1 60); do echo $i; sleep 0.002; done';

test('a log is rotated by size, at the end of a line, and so many files are kept', async () => {
  await using directory = await temporaryDirectory();
  const path = (name: string): string => join(directory.path, name);
  await run(directory.path, numbers, { size: 1000, files: 3 });
  const kept = ['log.2', 'log.1', 'log'].map((name) => textsOf(path(name)));
  const all = kept.flat().map(Number);
  assert.equal(
    all,
    Array.from({ length: all.length }, (_, index) => 61 - all.length + index),
    'the last ones, in order',
  );
  assert.ok(readFileSync(path('log.1')).length >= 1000);
  assert.not(existsSync(path('log.3')));
  assert.not(existsSync(path('log.new')));
});

test('of one file that is rotated, only what came since is kept', async () => {
  await using directory = await temporaryDirectory();
  await run(directory.path, numbers, { size: 1000, files: 1 });
  const last = textsOf(join(directory.path, 'log'));
  assert.ok(last.length < 60);
  if (last.length > 0) assert.is(last.at(-1), '60\n');
  assert.not(existsSync(join(directory.path, 'log.1')));
});

test('where no new file can be made, nothing of the old ones is lost', async () => {
  for (const files of [1, 3]) {
    await using directory = await temporaryDirectory();
    mkdirSync(join(directory.path, 'log.new'));
    writeFileSync(join(directory.path, 'log.1'), 'before');
    await run(directory.path, numbers, { size: 1000, files });
    assert.is(textsOf(join(directory.path, 'log')).length, 60);
    assert.is(readFileSync(join(directory.path, 'log.1'), 'utf8'), 'before');
  }
});

/** A helper whose files may not grow beyond so many blocks of 512 bytes: as on a disk that is full there. */
function helperWithLimit(directory: string, blocks: number): string {
  const path = join(directory, 'helper');
  writeFileSync(path, `#!/bin/sh\nulimit -f ${blocks}\nexec ${helperPath()} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

test('on a full disk the program goes on, and what is kept are whole lines', async () => {
  await using directory = await temporaryDirectory();
  const logs = join(directory.path, 'logs');
  mkdirSync(logs);
  // Enough for the copy that the helper makes of itself.
  const path = helperWithLimit(directory.path, 4000);
  const done = join(directory.path, 'done');
  await run(logs, `for i in $(seq 1 400); do printf '%09000d\\n' $i; done; mkdir ${done}`, {
    path,
  });
  assert.ok(existsSync(done));
  const texts = textsOf(join(logs, 'log'));
  assert.ok(texts.length > 200 && texts.length < 400, String(texts.length));
  assert.equal(
    texts.map(Number),
    Array.from(texts, (_, index) => index + 1),
  );
});

test('where the disk has room again, the log goes on with a line of its own', async () => {
  await using directory = await temporaryDirectory();
  const path = helperWithLimit(directory.path, 4000);
  const script = `for i in $(seq 1 600); do printf '%09000d\\n' $i; sleep 0.001; done`;
  // A file is full before it is to be rotated, and is then emptied by others.
  const log: Operation = { op: 'log', directory: directory.path, size: 1n << 30n, files: 1 };
  const helper = await send({ first: [log], attached: {}, path }, shell(script));
  const file = join(directory.path, 'log');
  await until('a full log', () => existsSync(file) && statSync(file).size === 2_048_000);
  truncateSync(file, 100_001);
  await helper.wait();
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const bad = lines.filter((line) => !line.startsWith('{"log":"0') || !line.endsWith('"}'));
  assert.ok(bad.length <= 1, 'what was cut off is a line of its own');
  assert.is((JSON.parse(lines.at(-1) ?? '') as Line).stream, 'stdout');
});

test('a log that cannot be opened, or is a link, starts nothing', async () => {
  await using directory = await temporaryDirectory();
  const outside = join(directory.path, 'outside');
  const logs = join(directory.path, 'logs');
  const log: Operation = { op: 'log', directory: logs, size: 1000n, files: 1 };
  const failure = async (): Promise<string> => {
    const helper = await send({ first: [log], attached: {} }, shell('true'));
    const how = await failureOf(helper.wait());
    assert.is(await helper.report(isEvent('started')), undefined);
    return how;
  };
  assert.is(await failure(), 'supervise ENOENT', 'no directory');
  mkdirSync(logs);
  symlinkSync(outside, join(logs, 'log'));
  assert.is(await failure(), 'supervise ELOOP');
  assert.not(existsSync(outside));
});

test('a FIFO in the place of the log holds nobody up', async () => {
  await using directory = await temporaryDirectory();
  execFileSync('mkfifo', [join(directory.path, 'log')]);
  await run(directory.path, 'head -c 1000000 /dev/zero');
});

test.run();
