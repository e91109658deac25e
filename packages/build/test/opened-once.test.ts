import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contentsOf, contextOf, failureOf, when } from './context-helpers.ts';
import type { ContextPlace } from './context-helpers.ts';

const traced = when(needs('command:strace'));
const program = join(dirname(fileURLToPath(import.meta.url)), 'data', 'select-all.ts');
// What changed just now is not trusted: its time cannot tell whether it changed again.
const settled = new Date(Date.now() - 60_000);

const files = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [`d${at % 7}/f${at}`, `contents ${at % 50}`]),
);

/** How often a build opens each file of the context to read it. Directories, and looking without opening, do not count. */
async function opened({ path, cacheDirectory }: ContextPlace, mode: string): Promise<number[]> {
  const log = join(dirname(path), 'strace');
  const node = [process.execPath, ...process.execArgv, program, path, cacheDirectory, mode];
  await run(['strace', '-f', '-o', log, '-e', 'trace=open,openat,openat2', ...node]);
  const counts = new Map<string, number>();
  for (const line of (await readFile(log, 'utf8')).split('\n')) {
    const name = /"([^"]*)"/.exec(line)?.[1] ?? '';
    if (!/(?:^|\/)f\d+$/.test(name) || /O_PATH|= -1/.test(line)) continue;
    const file = name.slice(name.lastIndexOf('/') + 1);
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return [...counts.values()];
}

async function settledContext(): Promise<ContextPlace> {
  const place = await contextOf(files);
  // The time of a change of metadata cannot be set: it has to pass.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return place;
}

traced('the first build opens each file once, the second none', async () => {
  await using place = await settledContext();
  const first = await opened(place, 'contents');
  assert.equal([first.length, Math.max(...first)], [60, 1]);
  assert.equal(await opened(place, 'digest'), []);
  // Contents of which only the digest is known: one name of each is enough.
  const later = await opened(place, 'contents');
  assert.equal([later.length, Math.max(...later)], [50, 1]);
});

traced('only what changed is opened again', async () => {
  await using place = await settledContext();
  await opened(place, 'digest');
  await writeFile(join(place.path, 'd0', 'f0'), 'new');
  await utimes(join(place.path, 'd1', 'f1'), settled, settled);
  await rm(join(place.path, 'd2', 'f2'));
  assert.equal(await opened(place, 'digest'), [1, 1]);
});

test('what changed just now is not believed the next time', async () => {
  await using place = await contextOf({ f: 'one' });
  const digests = new Set<string>();
  for (const content of ['one', 'two', 'six', 'ten']) {
    await writeFile(join(place.path, 'f'), content);
    await using context = await place.open();
    digests.add((await context.select({ sources: ['f'] })).digest);
  }
  assert.is(digests.size, 4);
});

for (const [what, damage] of [
  ['empty', () => ''],
  ['cut off', (text: string) => text.slice(0, -10)],
  ['of other bytes', (text: string) => text.replace(/sha256:./, 'sha256:0')],
  ['something else', () => 'sha\n[]'],
] as const) {
  test(`what is remembered is ${what}: as good as none`, async () => {
    await using place = await settledContext();
    const digestNow = async (): Promise<string> => {
      await using context = await place.open();
      return (await context.select({ sources: ['.'] })).digest;
    };
    const digest = await digestNow();
    const directory = join(place.cacheDirectory, 'context');
    const [name = '', ...others] = await readdir(directory);
    assert.equal(others, []);
    const text = await readFile(join(directory, name), 'utf8');
    assert.match(text, /sha256:/);
    await writeFile(join(directory, name), damage(text));
    assert.is(await digestNow(), digest);
  });
}

test('a file that is another when its contents are wanted', async () => {
  await using place = await settledContext();
  {
    await using context = await place.open();
    await context.select({ sources: ['.'] });
  }
  await using context = await place.open();
  const selection = await context.select({ sources: ['.'] });
  await writeFile(join(place.path, 'd6', 'f20'), 'contents X');
  assert.match(await failureOf(contentsOf(selection)), /^CONTEXT_INVALID: "d6\/f20" changed while/);
});

test('what was seen once stays so', async () => {
  await using place = await contextOf({ 'd/f': 'before' });
  await using context = await place.open();
  const before = await context.select({ sources: ['.'] });
  await writeFile(join(place.path, 'd', 'f'), 'after');
  await writeFile(join(place.path, 'd', 'g'), 'after');
  const after = await context.select({ sources: ['.'] });
  assert.is(after.digest, before.digest);
  assert.equal(await contentsOf(after), { 'd/f': 'before' });
});

test('what a build that was killed kept is swept by the next that keeps something', async () => {
  await using place = await contextOf({ f: 'x'.repeat(300_000) });
  const command = [process.execPath, ...process.execArgv, program] as const;
  await run([...command, place.path, place.cacheDirectory, 'die']);
  const spool = join(place.cacheDirectory, 'spool');
  assert.is((await readdir(spool)).length, 1);
  {
    await using context = await place.open();
    await context.select({ sources: ['.'] });
  }
  assert.equal(await readdir(spool), []);
});

test.run();
