import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '@ctrkit/cli-kit';
import type { Output } from '@ctrkit/cli-kit';
import { makeImageLayout, run } from '@ctrkit/testing';
import { cli } from '../src/commands/cli.ts';
import { addImage, ask, layerOf, leftovers, testStore } from './support.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const node = [process.execPath, '--import', 'tsx', '--conditions=@ctrkit/source', bin] as const;

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function capture(fd: number): Output & { text: () => string } {
  const chunks: Buffer[] = [];
  const write = (data: string | Uint8Array): void => void chunks.push(Buffer.from(data));
  return {
    fd,
    isTerminal: false,
    write,
    stream: () =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          write(chunk);
          done();
        },
      }),
    text: () => Buffer.concat(chunks).toString(),
  };
}

/** Runs a command line in this process, as the program does in its own. */
async function imageStore(...args: string[]): Promise<Said> {
  const [stdout, stderr] = [capture(1), capture(2)];
  const code = await runCommandLine(cli, args, { stdout, stderr, env: process.env });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

const rows = ({ stdout }: Pick<Said, 'stdout'>): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('export | import moves an image from one store to another', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  const archive = await run([...node, '--root', on.root, 'export', 'a:1']);
  assert.is(archive.code, 0, archive.stderr);
  const root = join(on.aside, 'other');
  const imported = await run([...node, 'import', '-'], {
    input: archive.output,
    env: { ...process.env, CTR_ROOT: root },
  });
  assert.is(imported.code, 0, imported.stderr);
  assert.is(imported.stderr, '');
  assert.is(rows(imported)[0]?.['name'], 'docker.io/library/a:1');
  assert.is(rows(imported)[0]?.['id'], image.config.digest);
  assert.is((await stat(root)).mode & 0o777, 0o700);
  const listed = await imageStore('--root', root, 'ls');
  assert.equal(rows(listed), rows(imported));
  const table = await imageStore('--root', root, 'ls', '--format', 'table');
  assert.match(table.stdout, /^NAME +IMAGE ID +PLATFORM +CREATED +SIZE\ndocker\.io\/library\/a:1 /);
});

test('imports a file and a directory, tags, exports to a file, removes', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'x');
  await makeImageLayout(directory, { layers: [layerOf('x')] });
  const file = join(on.aside, 'x.tar');
  for (const args of [
    ['import', directory, '--name', 'a:1'],
    ['tag', 'a:1', 'b:2'],
    ['export', '-o', file, 'b:2'],
    ['rm', 'a:1', 'b:2'],
    ['import', file],
    ['gc', '--all'],
  ]) {
    const { code, stderr } = await imageStore('--root', on.root, ...args);
    assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
  }
  const listed = await imageStore('--root', on.root, 'ls');
  assert.equal(
    rows(listed).map(({ name }) => name),
    ['docker.io/library/b:2'],
  );
});

test('tells of an image, and removes what nobody needs', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1', { config: { Cmd: ['sh'] } });
  const say = (...args: string[]): Promise<Said> => imageStore('--root', on.root, ...args);
  const [details] = rows(await say('inspect', 'a:1'));
  assert.is(details?.['Id'], image.config.digest);
  const { Cmd } = (details ?? {})['Config'] as { Cmd?: unknown };
  assert.equal(Cmd, ['sh']);
  assert.is(rows(await say('history', 'a:1'))[0]?.['createdBy'], 'test');
  const [usage] = rows(await say('usage'));
  assert.is(usage?.['size'], usage?.['uniqueSize']);
  assert.is('blobs' in (usage ?? {}), false);
  assert.is((await say('untag', 'a:1')).code, 0);
  assert.is(rows(await say('ls', '--filter', 'dangling=true')).length, 1);
  assert.is(rows(await say('ls', 'a')).length, 0);
  assert.is(rows(await say('prune', '--dry-run')).length, 1);
  assert.equal(rows(await say('prune'))[0]?.['images'], [image.config.digest]);
  const several = await say('rm', 'nosuch', 'a:1');
  assert.equal([several.code, several.stderr.split('\n').length], [1, 3]);
});

test('a failed export leaves no file', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  const blob = join(on.root, 'blobs', 'sha256', image.config.digest.slice(7));
  await writeFile(blob, 'x'.repeat(image.config.size));
  const out = join(on.aside, 'out');
  const { code } = await imageStore('--root', on.root, 'export', '-o', out, 'a:1');
  assert.is(code, 1);
  assert.equal(
    (await readdir(on.aside)).filter((name) => /out|tmp/.test(name)),
    [],
  );
});

test('mistakes end with one line that names the thing', async () => {
  await using on = await testStore();
  const file = join(on.aside, 'file');
  await writeFile(file, 'no archive');
  for (const [args, code, says] of [
    [['rm', 'nosuch'], 1, 'No such image: nosuch:latest'],
    [['import', join(on.aside, 'nosuch')], 1, 'nosuch'],
    [['import', file], 1, 'archive'],
    [['export', 'Upper'], 1, 'must be lowercase'],
    [['tag', 'nosuch', 'x'], 1, 'No such image'],
    [['serve', '--address', '0.0.0.0:0'], 1, 'loopback'],
    [['serve', '--address', 'nonsense'], 125, 'nonsense'],
    [['ls', '--nosuchflag'], 125, 'unknown flag: --nosuchflag'],
    [['--root', join(file, 'store'), 'ls'], 1, file],
  ] as const) {
    const result = await imageStore('--root', on.root, ...args);
    assert.is(result.code, code, args.join(' '));
    assert.ok(result.stderr.includes(says), result.stderr);
    assert.not(/^ +at /m.test(result.stderr), result.stderr);
    assert.is(result.stdout, '');
  }
});

async function startServing(root: string, ...args: string[]): Promise<[ChildProcess, string]> {
  const [command, ...rest] = [...node, '--root', root, 'serve', ...args];
  const child = spawn(command ?? '', rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return [child, (JSON.parse(line) as { origin: string }).origin];
}

test('serve prints its address, takes no pushes and deletions unless told to, and ends with a signal', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  for (const [args, status, deletion] of [
    [[], 405, 405],
    [['--allow-push'], 202, 405],
    [['--allow-delete'], 405, 202],
  ] as const) {
    const [child, origin] = await startServing(on.root, ...args);
    const closed = once(child, 'close');
    try {
      assert.is((await ask(origin, 'GET', '/v2/a/manifests/1')).status, 200);
      assert.is((await ask(origin, 'POST', '/v2/a/blobs/uploads/')).status, status);
      assert.is((await ask(origin, 'DELETE', '/v2/a/manifests/1')).status, deletion);
    } finally {
      child.kill('SIGTERM');
    }
    // Being told to end is how it ends.
    assert.equal(await closed, [0, null]);
    assert.equal(await leftovers(on.root), []);
  }
});

test.run();
