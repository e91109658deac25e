import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openImageStore, serveRegistry } from '@ctrkit/image-store';
import type { ImageStore } from '@ctrkit/image-store';
import { makeImageLayout, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { MadeImage, RunResult, TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';

interface Place {
  readonly root: string;
  readonly directory: string;
  /** host:port of a registry that has what `publish` gave it. */
  readonly host: string;
  readonly publish: (name: string, entries: TarEntry[][], config?: object) => Promise<MadeImage>;
  readonly ctr: (...args: string[]) => Promise<RunResult>;
}

/** Runs a test with a registry, and a `ctr` that has nothing yet. */
async function inPlace(body: (place: Place) => Promise<void>): Promise<void> {
  await using temporary = await temporaryDirectory();
  const directory = temporary.path;
  const remote = await openImageStore({ root: join(directory, 'remote') });
  await using registry = await serveRegistry(remote, { readOnly: true });
  const root = join(directory, 'root');
  const env = { ...process.env, DOCKER_CONFIG: directory };
  await body({
    root,
    directory,
    host: registry.host,
    publish: (name, entries, config) => publish(remote, directory, name, entries, config),
    ctr: (...args) => {
      const flags = ['--root', root, '--state', join(directory, 'run')];
      const command = [process.execPath, commandPath('ctr'), ...flags, ...args] as const;
      return run([...command], { cwd: directory, env });
    },
  });
}

let made = 0;

async function publish(
  store: ImageStore,
  directory: string,
  name: string,
  entries: TarEntry[][],
  config: object = {},
): Promise<MadeImage> {
  const source = join(directory, `source-${(made += 1)}`);
  const image = await makeImageLayout(source, { layers: entries.map(tarOf), config });
  await store.import(source, { name });
  return image;
}

const file = (path: string, content: string): TarEntry => ({ path, type: 'File', content });

if (needs('file:packages/ctr/dist/bundle/bin.cjs')) {
  test('image verify: what is damaged is told with what to pull, and pulled again', async () => {
    await inPlace(async ({ ctr, host, publish: add, root }) => {
      const image = await add('app:1', [[file('a', 'one')], [file('b', 'two')]]);
      await ctr('pull', `${host}/app:1`);
      const sound = await ctr('image', 'verify');
      assert.equal(sound.code, 0, sound.stderr);
      assert.equal(sound.stdout, '');
      const blob = (digest: string): string => join(root, 'blobs/sha256', digest.slice(7));
      const [layer] = image.layers;
      const bytes = readFileSync(blob(layer?.digest ?? ''));
      bytes[12] = (bytes[12] ?? 0) ^ 1;
      writeFileSync(blob(layer?.digest ?? ''), bytes);
      rmSync(blob(image.config.digest));
      const damaged = await ctr(
        'image',
        'verify',
        '--format',
        '{{.Problem}} {{.Images}} {{.Pull}}',
      );
      const pull = `${host}/app:1 ${host}/app@${image.manifest.digest}`;
      assert.equal(damaged.code, 1);
      assert.equal(damaged.stdout, `BLOB_MISSING ${pull}\nDIGEST_WRONG ${pull}\n`);
      const repaired = await ctr('image', 'verify', '--repair', '--format', '{{.Status}}');
      assert.equal(repaired.stdout, 'repaired\nrepaired\n', repaired.stderr);
      assert.equal(repaired.code, 0);
      assert.equal((await ctr('image', 'verify')).code, 0);
    });
  });

  test('image verify: an unpacked layer that was changed is made again', async () => {
    await inPlace(async ({ ctr, host, publish: add, root }) => {
      await add('app:1', [[file('a', 'one')]]);
      await ctr('pull', `${host}/app:1`);
      const layers = join(root, 'layers/sha256');
      const path = join(layers, readdirSync(layers)[0] ?? '', 'fs/a');
      writeFileSync(path, 'two');
      const damaged = await ctr('image', 'verify', `${host}/app:1`);
      assert.equal(damaged.code, 1);
      assert.match(damaged.stdout, /LAYER_DAMAGED .*\/a/);
      const repaired = await ctr('image', 'verify', '--repair', `${host}/app:1`);
      assert.equal(repaired.code, 0, repaired.stderr);
      assert.equal(readFileSync(path, 'utf8'), 'one');
    });
  });

  test('image verify: what cannot be repaired says why', async () => {
    await inPlace(async ({ ctr, publish: add, directory, root }) => {
      const image = await add('127.0.0.1:1/gone:1', [[file('a', 'one')]]);
      const archive = join(directory, 'x.tar');
      const flags = ['--root', join(directory, 'remote'), '--state', join(directory, 'run')];
      await ctr(...flags, 'save', '-o', archive, '127.0.0.1:1/gone:1');
      await ctr('load', '-i', archive);
      rmSync(join(root, 'blobs/sha256', image.config.digest.slice(7)));
      const { code, stdout } = await ctr('image', 'verify', '--repair');
      assert.equal(code, 1);
      assert.match(stdout, /damaged .*BLOB_MISSING .*not repaired: .*127\.0\.0\.1:1/);
      assert.equal((await ctr('image', 'verify', 'nosuch')).code, 1);
    });
  });

  test('image cat: files as a container would see them, holes and links too', async () => {
    await inPlace(async ({ ctr, host, publish: add, root }) => {
      const link = (path: string, linkpath: string): TarEntry => ({ path, type: 'SymbolicLink', linkpath }); // prettier-ignore
      await add('app:1', [
        [file('a', 'old'), file('gone', ''), { path: 'd', type: 'Directory' }, file('d/b', 'b\n')],
        [
          file('a', 'a\n'),
          file('.wh.gone', ''),
          link('l', '/d/../d/b'),
          link('out', '../../../etc/passwd'),
        ],
      ]);
      await ctr('pull', `${host}/app:1`);
      const cat = (...paths: string[]): Promise<RunResult> => ctr('image', 'cat', `${host}/app:1`, ...paths); // prettier-ignore
      assert.equal((await cat('/a', 'd/b', '/l')).stdout, 'a\nb\nb\n');
      for (const [path, why] of [
        ['gone', /"gone": no such file/],
        ['/a/x', /"\/a\/x": no such file/],
        ['/d', /"\/d": is no regular file, but a directory/],
        // Inside the image there is none.
        ['/out', /"\/out": no such file/],
      ] as const) {
        const { code, stderr, stdout } = await cat(path);
        assert.equal(code, 1);
        assert.equal(stdout, '');
        assert.match(stderr, why);
      }
      assert.deepEqual(readdirSync(join(root, 'layers/claims')), []);
    });
  });

  test('image lock, pull --locked: the same bytes, whatever the tag means by now', async () => {
    await inPlace(async ({ ctr, host, publish: add, directory }) => {
      const old = await add('app:1', [[file('a', 'old')]]);
      await ctr('pull', `${host}/app:1`);
      const lock = join(directory, 'images.lock');
      const locked = await ctr('image', 'lock', '-o', lock, `${host}/app:1`);
      assert.equal(locked.code, 0, locked.stderr);
      // What is no regular file is written to, not replaced.
      const device = join(directory, 'null');
      await run(['mknod', device, 'c', '1', '3']);
      assert.equal((await ctr('image', 'lock', '-o', device, `${host}/app:1`)).code, 0);
      assert.ok(!existsSync(device) || !lstatSync(device).isFile());
      assert.equal(
        readFileSync(lock, 'utf8'),
        (await ctr('image', 'lock', `${host}/app:1`)).stdout,
      );
      const young = await add('app:1', [[file('a', 'new')]]);
      await add('other:1', [[file('a', 'other')]]);
      const idOf = async (): Promise<string> =>
        (
          await ctr(
            'images',
            '--filter',
            'dangling=false',
            '--no-trunc',
            '--format',
            '{{.Tag}} {{.ID}}',
          )
        ).stdout;
      await ctr('pull', `${host}/app:1`);
      assert.equal(await idOf(), `1 ${young.config.digest}\n`);
      const pulled = await ctr('pull', '--locked', lock);
      assert.equal(pulled.stdout, `${host}/app:1\n`, pulled.stderr);
      assert.equal(await idOf(), `1 ${old.config.digest}\n`);
      assert.equal((await ctr('pull', '--locked', lock, `${host}/app:1`)).code, 0);
      for (const args of [[`${host}/other:1`], ['--platform', 'linux/s390x']]) {
        const refused = await ctr('pull', '--locked', lock, ...args);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /is not in the lockfile/);
      }
      writeFileSync(lock, '{}');
      assert.match((await ctr('pull', '--locked', lock)).stderr, /is no lockfile/);
      assert.match((await ctr('pull')).stderr, /'ctr pull' requires 1 argument/);
    });
  });

  test('image diff: files as docker diff lists them, and the configuration', async () => {
    await inPlace(async ({ ctr, host, publish: add }) => {
      const base = [file('etc/passwd', 'root'), file('gone', '')];
      await add('a:1', [base], { Cmd: ['sh'], User: '7' });
      await add('a:2', [base, [file('etc/passwd', 'toor'), file('.wh.gone', '')]], {
        Cmd: ['ash'],
      });
      const [before, after] = [`${host}/a:1`, `${host}/a:2`];
      for (const name of [before, after]) await ctr('pull', name);
      const { stdout, stderr } = await ctr('image', 'diff', before, after);
      assert.equal(
        stdout,
        'C /etc\nC /etc/passwd\nD /gone\nconfig Cmd: ["sh"] -> ["ash"]\nconfig User: "7" -> none\n',
        stderr,
      );
      const json = await ctr('image', 'diff', '--format', 'json', before, after);
      const [, second] = json.stdout.split('\n');
      const { kind, path, aspects } = JSON.parse(second ?? '') as Record<string, unknown>;
      assert.deepEqual([kind, path, aspects], ['C', '/etc/passwd', ['contents']]);
      assert.equal((await ctr('image', 'diff', before, before)).stdout, '');
      assert.equal((await ctr('image', 'diff', before, 'nosuch')).code, 1);
    });
  });
}

test.run();
