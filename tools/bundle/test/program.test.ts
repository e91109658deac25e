import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, temporaryDirectory } from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const bundler = fileURLToPath(new URL('../src/bundle-bin.mjs', import.meta.url));
const fixture = fileURLToPath(new URL('fixture', import.meta.url));

interface Bundled extends AsyncDisposable {
  readonly directory: string;
  /** Where compiled code is kept. */
  readonly cache: string;
  /** The names of the commands whose code is kept. */
  kept(): string[];
  start(...args: string[]): Promise<RunResult>;
}

/** `commands`: those whose code is in the program itself; none: all. */
async function bundled(...commands: string[]): Promise<Bundled> {
  const made = await temporaryDirectory();
  cpSync(fixture, made.path, { recursive: true });
  const { code, stderr } = await run([process.execPath, bundler, ...commands], { cwd: made.path });
  assert.is(code, 0, stderr);
  const directory = join(made.path, 'dist/bundle');
  const cache = join(directory, 'cache');
  const { NODE_OPTIONS: _, ...env } = process.env;
  return {
    directory,
    cache,
    kept: () => (existsSync(cache) ? readdirSync(cache).map((name) => name.split('@')[0] ?? '') : []), // prettier-ignore
    start: (...args) => run([process.execPath, ...args], { cwd: directory, env }),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

async function says(program: Bundled, args: string[], words: string): Promise<void> {
  const { code, stdout, stderr } = await program.start(...args);
  assert.is(stderr, '');
  assert.is(stdout, `${words}\n`);
  assert.is(code, 0);
}

test('a program says the same without compiled code, when it keeps it, and with it', async () => {
  await using program = await bundled();
  for (let i = 0; i < 3; i += 1) await says(program, ['bin.cjs', 'greet', 'Ada'], 'hello Ada');
  assert.equal(program.kept(), ['greet']);
});

test('what is not ASCII is said as it was written', async () => {
  await using program = await bundled();
  await says(program, ['bin.cjs', 'signs'], '1 μs … 😀');
  assert.match(readFileSync(join(program.directory, 'program.js'), 'latin1'), /^[\0-\x7f]*$/);
});

test('what fails and what is no command keeps nothing', async () => {
  await using program = await bundled();
  assert.is((await program.start('bin.cjs', 'fail')).code, 3);
  assert.is((await program.start('bin.cjs', 'nothing')).code, 0);
  assert.equal(program.kept(), []);
});

test('a chunk finds the program', async () => {
  await using program = await bundled();
  for (let i = 0; i < 2; i += 1) await says(program, ['bin.cjs', 'later'], 'the same: true');
});

test('what a command compiles of chunks is kept too, and goes with the program', async () => {
  await using program = await bundled('greet');
  for (let i = 0; i < 3; i += 1) await says(program, ['bin.cjs', 'words'], 'words of a chunk');
  const kept = (): string[] =>
    readdirSync(program.cache).filter((name) => name.includes('@words-'));
  assert.is(kept().length, 1);
  const name = readdirSync(join(program.directory, 'chunks')).find((one) => one.startsWith('words-')) ?? ''; // prettier-ignore
  const chunk = join(program.directory, 'chunks', name);
  writeFileSync(chunk, readFileSync(chunk, 'utf8').replace('words of', 'parts of'));
  utimesSync(chunk, 1, 1);
  await says(program, ['bin.cjs', 'words'], 'parts of a chunk');
  utimesSync(join(program.directory, 'program.js'), 1, 1);
  await says(program, ['bin.cjs', 'words'], 'parts of a chunk');
  assert.is(kept().length, 1);
});

test('only the commands that are named are in the program', async () => {
  await using all = await bundled();
  await using named = await bundled('greet');
  const program = ({ directory }: Bundled): string => readFileSync(join(directory, 'program.js'), 'latin1'); // prettier-ignore
  assert.match(program(all), 'words of a chunk');
  assert.not.match(program(named), 'words of a chunk');
  assert.match(program(named), 'hello ');
});

test('a module of Node that is imported when it is needed is there', async () => {
  await using program = await bundled();
  for (let i = 0; i < 2; i += 1) await says(program, ['bin.cjs', 'imported'], 'as it was');
});

test('modules of Node are loaded when something of them is used', async () => {
  await using program = await bundled();
  await says(program, ['bin.cjs', 'loaded'], 'before: false after: true');
});

test('code that another V8 or other flags compiled is not used, and replaced', async () => {
  await using program = await bundled();
  const compiled: Buffer[] = [];
  for (const flags of [[], ['--no-lazy'], []]) {
    await says(program, [...flags, 'bin.cjs', 'greet', 'Ada'], 'hello Ada');
    compiled.push(readFileSync(join(program.cache, readdirSync(program.cache)[0] ?? '')));
  }
  const [before, between, after] = compiled as [Buffer, Buffer, Buffer];
  assert.not(between.equals(before));
  assert.not(after.equals(between));
});

test('an empty file and one of zeros in the place of the code are not used', async () => {
  await using program = await bundled();
  await says(program, ['bin.cjs', 'greet', 'Ada'], 'hello Ada');
  const [name = ''] = readdirSync(program.cache);
  for (const content of [Buffer.alloc(0), Buffer.alloc(4096)]) {
    writeFileSync(join(program.cache, name), content);
    await says(program, ['bin.cjs', 'greet', 'Eve'], 'hello Eve');
  }
});

test('a program that was replaced does not run the code of the earlier one', async () => {
  await using program = await bundled();
  await says(program, ['bin.cjs', 'greet', 'Ada'], 'hello Ada');
  const file = join(program.directory, 'program.js');
  const text = "(function(){process.on('exit',()=>console.log('other'))})";
  rmSync(file);
  writeFileSync(file, text);
  await says(program, ['bin.cjs', 'greet', 'Ada'], 'other');
});

test('a directory that takes no files is no hindrance', async () => {
  await using program = await bundled();
  // Root may write into it all the same: a file is in the way.
  writeFileSync(join(program.directory, 'cache'), '');
  chmodSync(program.directory, 0o555);
  await says(program, ['bin.cjs', 'greet', 'Ada'], 'hello Ada');
  chmodSync(program.directory, 0o755);
});

test.run();
