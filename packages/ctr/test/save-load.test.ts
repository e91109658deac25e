import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openImageStore } from '@ctrkit/image-store';
import { makeImageLayout, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';

interface Place extends AsyncDisposable {
  readonly directory: string;
  /** Runs `ctr` on one of two stores. */
  readonly ctr: (store: 'a' | 'b', args: string[], input?: Uint8Array) => Promise<RunResult>;
  /** Puts an image with these layers into the first store, and answers its id. */
  readonly add: (name: string, ...layers: string[]) => Promise<string>;
}

const layerOf = (content: string): Buffer => tarOf([{ path: content, type: 'File', content }]);

async function place(): Promise<Place> {
  const temporary = await temporaryDirectory();
  const directory = temporary.path;
  const root = (store: string): string => join(directory, store);
  let made = 0;
  return {
    directory,
    ctr: (store, args, input) => {
      const flags = ['--root', root(store), '--state', join(directory, 'run')];
      const command = [process.execPath, commandPath('ctr'), ...flags, ...args] as const;
      return run([...command], { cwd: directory, ...(input !== undefined && { input }) });
    },
    add: async (name, ...layers) => {
      const source = join(directory, `source-${(made += 1)}`);
      const image = await makeImageLayout(source, { layers: layers.map(layerOf) });
      await (await openImageStore({ root: root('a') })).import(source, { name });
      return image.config.digest;
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

/** Whether that process has begun to bring something in. */
function hasLease(leases: string, pid: number | undefined): boolean {
  if (!existsSync(leases)) return false;
  const files = readdirSync(leases).filter((name) => name.endsWith('.json'));
  return files.some((name) => readFileSync(join(leases, name), 'utf8').includes(`"pid":${pid},`));
}

/** Begins a load, gives it so many bytes, and kills it when it waits for more. */
async function killedAfter({ directory }: Place, bytes: Buffer): Promise<void> {
  const flags = ['--root', join(directory, 'b'), '--state', join(directory, 'run')];
  const child = spawn(process.execPath, [commandPath('ctr'), ...flags, 'load'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const closed = once(child, 'close');
  await new Promise((resolve) => child.stdin.write(bytes, resolve));
  const leases = join(directory, 'b/leases');
  while (!hasLease(leases, child.pid)) await sleep(10);
  // What it was given is in the pipe or further.
  await sleep(100);
  child.kill('SIGKILL');
  assert.deepEqual(await closed, [null, 'SIGKILL']);
}

const ids = async ({ ctr }: Place, store: 'a' | 'b'): Promise<string[]> => {
  const { stdout } = await ctr(store, ['images', '--no-trunc', '--format', '{{.Tag}} {{.ID}}']);
  return stdout.split('\n').filter(Boolean).toSorted();
};

if (needs('file:packages/ctr/dist/bundle/bin.cjs')) {
  test('save | load through a pipe, in docker’s words', async () => {
    await using it = await place();
    const first = await it.add('busybox:1', 'one');
    const second = await it.add('localhost:5000/own:2', 'two');
    const saved = await it.ctr('a', ['save', 'busybox:1', 'localhost:5000/own:2']);
    assert.equal(saved.code, 0, saved.stderr);
    const loaded = await it.ctr('b', ['load', '-q'], saved.output);
    assert.equal(
      loaded.stdout,
      'Loaded image: busybox:1\nLoaded image: localhost:5000/own:2\n',
      loaded.stderr,
    );
    assert.deepEqual(await ids(it, 'b'), [`1 ${first}`, `2 ${second}`]);
  });

  test('-o and -i, by id, and only what is in the archive is told', async () => {
    await using it = await place();
    const id = await it.add('busybox:1', 'one');
    assert.equal((await it.ctr('a', ['save', '-o', 'x.tar', id.slice(7, 19)])).code, 0);
    assert.equal((await it.ctr('b', ['image', 'load', '-i', 'x.tar'])).stdout, `Loaded image ID: ${id}\n`); // prettier-ignore
    assert.equal((await it.ctr('a', ['load', '-i', 'x.tar'])).stdout, `Loaded image ID: ${id}\n`);
    assert.deepEqual(await ids(it, 'a'), [`1 ${id}`]);
    assert.deepEqual(await ids(it, 'b'), [`<none> ${id}`]);
  });

  test('a name without a tag saves all tags', async () => {
    await using it = await place();
    await it.add('busybox:1', 'one');
    await it.add('busybox:2', 'two');
    const saved = await it.ctr('a', ['image', 'save', 'busybox']);
    const loaded = await it.ctr('b', ['load'], saved.output);
    assert.equal(loaded.stdout, 'Loaded image: busybox:1\nLoaded image: busybox:2\n');
  });

  test('the same images give the same bytes', async () => {
    await using it = await place();
    await it.add('busybox:1', 'one');
    const once = await it.ctr('a', ['save', 'busybox:1']);
    const twice = await it.ctr('a', ['save', 'busybox:1']);
    assert.ok(once.output.equals(twice.output));
  });

  test('save --since holds what is new, and load says what is missing', async () => {
    await using it = await place();
    await it.add('base:1', 'one');
    await it.add('app:1', 'one', 'two');
    const partial = await it.ctr('a', ['save', '--since', 'base:1', 'app:1']);
    const refused = await it.ctr('b', ['load'], partial.output);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /docker\.io\/library\/app:1 lacks sha256:[0-9a-f]{64}\n/);
    assert.match(refused.stderr, /hint: .*docker\.io\/library\/base:1@sha256:/);
    assert.deepEqual(await ids(it, 'b'), []);
    const base = await it.ctr('a', ['save', 'base:1']);
    await it.ctr('b', ['load'], base.output);
    const loaded = await it.ctr('b', ['load'], partial.output);
    assert.equal(loaded.stdout, 'Loaded image: app:1\n', loaded.stderr);
  });

  test('mistakes', async () => {
    await using it = await place();
    await it.add('busybox:1', 'one');
    writeFileSync(join(it.directory, 'text'), 'no archive');
    const other = ['--platform', 'linux/s390x'];
    for (const [args, code, says] of [
      [['save'], 1, "'ctr save' requires at least 1 argument"],
      [['save', 'nosuch'], 1, 'No such image: nosuch\n'],
      [['save', '-o', 'nosuch/x', 'busybox:1'], 1, 'failed to save image: invalid output path: stat nosuch: no such file or directory'], // prettier-ignore
      [['save', '--since', 'nosuch', 'busybox:1'], 1, 'No such image: nosuch\n'],
      [['save', ...other, 'busybox:1'], 1, 'linux/amd64'],
      [['save', '--platform', 'a/b/c/d', 'busybox:1'], 125, 'a/b/c/d'],
      [['load', '-i', 'nosuch'], 1, 'open nosuch: no such file or directory'],
      [['load', '-i', '.'], 1, 'is a directory'],
      [['load', '-i', 'text'], 1, 'archive: breaks off'],
      [['import', 'nosuch'], 1, 'open nosuch: no such file or directory'],
      [['import', 'text', 'UPPER'], 1, 'must be lowercase'],
      [['import', '-c', 'RUN x', 'text'], 1, 'run is not a valid change command'],
      [['import', 'http://127.0.0.1:1/x'], 1, '127.0.0.1:1/x'],
      [['import', 'http://a b'], 1, 'is no URL'],
      [['import', 'http://me:secret@127.0.0.1:1/x'], 1, 'user name or a password is not taken'],
    ] as const) {
      const result = await it.ctr('a', [...args]);
      assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
      assert.ok(result.stderr.includes(says), result.stderr);
      assert.ok(!result.stderr.includes('secret'), result.stderr);
      assert.equal(result.stdout, '');
    }
    assert.deepEqual(
      readdirSync(it.directory).filter((name) => /^x|tmp/.test(name)),
      [],
    );
  });

  test('a file that is there already stays when a save fails', async () => {
    await using it = await place();
    const id = await it.add('busybox:1', 'one');
    writeFileSync(join(it.directory, 'x.tar'), 'precious');
    const blob = join(it.directory, 'a/blobs/sha256', id.slice(7));
    writeFileSync(blob, 'x'.repeat(readFileSync(blob).length));
    const { code } = await it.ctr('a', ['save', '-o', 'x.tar', 'busybox:1']);
    assert.equal(code, 1);
    assert.equal(readFileSync(join(it.directory, 'x.tar'), 'utf8'), 'precious');
  });

  test('kill -9 in the middle of a load: no image shows, and the next load works', async () => {
    await using it = await place();
    await it.add('app:1', ...Array.from({ length: 12 }, (_, at) => `layer ${at}`));
    const { output } = await it.ctr('a', ['save', 'app:1']);
    let halfway = 0;
    for (let at = 700; at < output.length; at += Math.ceil(output.length / 8)) {
      await killedAfter(it, output.subarray(0, at));
      halfway += readdirSync(join(it.directory, 'b/blobs/sha256')).length > 0 ? 1 : 0;
      assert.deepEqual(await ids(it, 'b'), []);
      assert.equal((await it.ctr('b', ['image', 'verify'])).code, 0);
    }
    assert.ok(halfway > 3, 'it was never killed half-way');
    const loaded = await it.ctr('b', ['load'], output);
    assert.equal(loaded.stdout, 'Loaded image: app:1\n', loaded.stderr);
    assert.deepEqual(readdirSync(join(it.directory, 'b')).filter((name) => name.startsWith('.tmp')), []); // prettier-ignore
  });

  test('import: a tar from stdin, a file and a URL', async () => {
    await using it = await place();
    const tar = layerOf('one');
    writeFileSync(join(it.directory, 'x.tar'), tar);
    const server = createServer((request, response) => {
      response.statusCode =
        request.url?.startsWith('/x.tar') && !request.url.endsWith('.gz') ? 200 : 404;
      response.end(tar);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.tar`;
    const flags = ['-c', 'CMD ["sh"]', '-m', 'mine'];
    try {
      for (const [args, input] of [
        [['import', ...flags, '-', 'own:stdin'], tar],
        [['import', ...flags, 'x.tar', 'own:file'], undefined],
        [['import', ...flags, url, 'own:url'], undefined],
      ] as const) {
        const { stdout, stderr } = await it.ctr('a', [...args], input);
        assert.match(stdout, /^sha256:[0-9a-f]{64}\n$/, stderr);
      }
      await it.ctr('a', ['import', `${url}?signature=secret`, 'own:signed']);
      const gone = await it.ctr('a', ['import', `${url}.gz`]);
      assert.match(gone.stderr, /status 404/);
    } finally {
      server.close();
    }
    const store = await openImageStore({ root: join(it.directory, 'a') });
    const signed = await store.find('own:signed');
    assert.equal(signed?.config.history?.[0]?.comment, `Imported from ${url}`);
    for (const tag of ['stdin', 'file', 'url']) {
      const image = await store.find(`own:${tag}`);
      assert.deepEqual(image?.config.config.Cmd, ['sh']);
      assert.equal(image?.config.history?.[0]?.comment, 'mine');
    }
  });
}

if (needs('file:packages/ctr/dist/bundle/bin.cjs', 'command:script')) {
  test('save refuses to write to a terminal, load to read from one', async () => {
    await using it = await place();
    await it.add('busybox:1', 'one');
    const ctr = `'${process.execPath}' '${commandPath('ctr')}' --root a --state run`;
    for (const [args, says] of [
      ['save busybox:1', /cowardly refusing to save to a terminal\. Use the -o flag or redirect/],
      ['load', /requested load from stdin, but stdin is empty/],
    ] as const) {
      const line = `${ctr} ${args}`;
      const { stdout, code } = await run(['script', '-qec', line, '/dev/null'], {
        cwd: it.directory,
      });
      assert.match(stdout, says);
      assert.equal(code, 1);
    }
    assert.ok(!existsSync(join(it.directory, 'b')));
  });
}

test.run();
