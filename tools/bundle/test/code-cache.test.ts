import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cachePath, readCode, writeCode } from '../src/start/code-cache.ts';

const us = process.geteuid?.() ?? 0;
const code = Buffer.from('compiled code of a program');

interface Kept extends AsyncDisposable {
  readonly program: string;
  readonly path: string;
}

async function kept(): Promise<Kept> {
  const directory = await temporaryDirectory();
  const program = join(directory.path, 'program.js');
  writeFileSync(program, '0');
  const path = cachePath(program, statSync(program), 'run');
  writeCode(path, us, () => code);
  return { program, path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

test('what was kept is read, and nothing else lies beside it', async () => {
  await using made = await kept();
  assert.equal(readCode(made.path, us), code);
  assert.is(readdirSync(dirname(made.path)).length, 1);
  assert.is(statSync(made.path).mode & 0o022, 0);
});

test('nothing was kept: nothing is read', async () => {
  await using made = await kept();
  assert.is(readCode(`${made.path}0`, us), undefined);
});

const damages: readonly [string, (path: string) => void][] = [
  ['a flipped bit', (path) => writeFileSync(path, flipped(readFileSync(path)))],
  ['cut off', (path) => truncateSync(path, code.length + 1)],
  ['cut off in the middle', (path) => truncateSync(path, code.length)],
  ['zeros at the end, as after a power cut', (path) => writeFileSync(path, zeroed(path))],
];
for (const [name, damage] of damages) {
  test(`damaged code is not used: ${name}`, async () => {
    await using made = await kept();
    damage(made.path);
    assert.is(readCode(made.path, us), undefined);
  });
}

function flipped(bytes: Buffer): Buffer {
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  return bytes;
}

function zeroed(path: string): Buffer {
  return readFileSync(path).fill(0, code.length + 2);
}

const dangers: readonly [string, (path: string) => void][] = [
  ['others may write it', (path) => chmodSync(path, 0o666)],
  ['its group may write it', (path) => chmodSync(path, 0o664)],
  ['it is a symbolic link', (path) => (renameSync(path, `${path}.x`), symlinkSync(`${path}.x`, path))], // prettier-ignore
  ['it is a directory', (path) => (renameSync(path, `${path}.x`), mkdirSync(path))],
];
for (const [name, endanger] of dangers) {
  test(`code that is not the owner's alone is not used: ${name}`, async () => {
    await using made = await kept();
    endanger(made.path);
    assert.is(readCode(made.path, us), undefined);
  });
}

test("somebody else's code is not used", async () => {
  await using made = await kept();
  if (us === 0) chownSync(made.path, 2, 2);
  assert.is(readCode(made.path, us === 0 ? us : us + 1), undefined);
});

test("beside somebody else's program nothing is kept", async () => {
  await using made = await kept();
  const path = `${made.path}0`;
  writeCode(path, us + 1, () => code);
  assert.not(existsSync(path));
});

test('where there is no writing, nothing is kept and nothing fails', async () => {
  await using made = await kept();
  // A file in the place of the directory: even root cannot write below it.
  writeCode(join(made.program, 'run'), us, () => code);
  assert.is(readFileSync(made.program, 'utf8'), '0');
});

test('a program that was changed has another name for its code', async () => {
  await using made = await kept();
  utimesSync(made.program, 1, 1);
  assert.is.not(cachePath(made.program, statSync(made.program), 'run'), made.path);
  writeFileSync(made.program, '00');
  assert.is.not(cachePath(made.program, statSync(made.program), 'run'), made.path);
});

test('code of an earlier program goes, that of other commands and another Node stays', async () => {
  await using made = await kept();
  writeFileSync(`${made.path}.1`, 'left by a killed writer');
  utimesSync(made.program, 1, 1);
  const newer = cachePath(made.program, statSync(made.program), 'run');
  const others = [newer.replace('run@', 'ps@'), newer.replace(process.version, 'v1.2.3')];
  for (const path of [...others, newer]) writeCode(path, us, () => code);
  const names = [...others, newer].map((path) => basename(path));
  assert.equal(readdirSync(dirname(newer)).toSorted(), names.toSorted());
});

test('a second writer does no harm to the first', async () => {
  await using made = await kept();
  linkSync(made.path, `${made.path}.${process.pid}`);
  writeCode(made.path, us, () => Buffer.from('other'));
  assert.equal(readCode(made.path, us), code);
});

test.run();
