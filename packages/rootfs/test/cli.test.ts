import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeImageLayout, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const asRoot = when(needs('root'));
const loader = import.meta.resolve('tsx');
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

function rootfs(cwd: string, ...args: string[]): Promise<RunResult> {
  const env = { ...process.env, CTR_ROOT: join(cwd, 'store') };
  const node = [process.execPath, '--import', loader, '--conditions=@ctrkit/source'] as const;
  return run([...node, bin, ...args], { cwd, env });
}

const layers = [
  tarOf([
    { path: 'etc', type: 'Directory' },
    { path: 'etc/name', type: 'File', content: 'hello' },
  ]),
];

asRoot('unpack takes an image of a layout, or of the store by its name', async () => {
  await using base = await temporaryDirectory();
  await makeImageLayout(join(base.path, 'layout'), { layers, tag: 'a' });
  await makeImageLayout(join(base.path, 'store'), { layers, tag: 'docker.io/library/web:latest' });
  const first = await rootfs(base.path, 'unpack', 'oci:layout:a', 'one');
  assert.equal([first.code, first.stdout], [0, ''], first.stderr);
  const second = await rootfs(base.path, 'unpack', 'web', 'two');
  assert.is(second.code, 0, second.stderr);
  for (const name of ['one', 'two']) {
    assert.is(await readFile(join(base.path, name, 'etc/name'), 'utf8'), 'hello');
  }
});

asRoot('unpack --explain prints each operation as a line of JSON and does nothing', async () => {
  await using base = await temporaryDirectory();
  await makeImageLayout(join(base.path, 'layout'), { layers });
  const { code, stdout } = await rootfs(
    base.path,
    'unpack',
    '--explain',
    'oci:layout:latest',
    'target',
  );
  assert.is(code, 0);
  const operations = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { op: string; content?: number });
  assert.equal(operations.map(({ op }) => op).slice(0, 3), ['root', 'make-directory', 'make-file']);
  assert.is(operations[2]?.content, 5);
  assert.not.ok((await readdir(base.path)).includes('target'));
});

asRoot('bundle takes a command after --', async () => {
  await using base = await temporaryDirectory();
  await makeImageLayout(join(base.path, 'layout'), { layers });
  const { code, stderr } = await rootfs(
    base.path,
    'bundle',
    'oci:layout',
    'bundle',
    '--',
    'ls',
    '-l',
  );
  assert.is(code, 0, stderr);
  const spec = JSON.parse(await readFile(join(base.path, 'bundle/config.json'), 'utf8')) as {
    process: { args: string[] };
  };
  assert.equal(spec.process.args, ['ls', '-l']);
  assert.ok((await readdir(join(base.path, 'store/layers/sha256'))).length === 1);
});

const wrong: Record<string, { args: string[]; says: RegExp }> = {
  'an image that is not there': {
    args: ['unpack', 'oci:layout:other', 't'],
    says: /other: is not in layout/,
  },
  'a layout that is none': {
    args: ['unpack', 'oci:nowhere:x', 't'],
    says: /nowhere: is not an OCI image layout/,
  },
  'a store that is not there': {
    args: ['unpack', 'web', 't'],
    says: /store: is not an OCI image layout/,
  },
  'no command in image or line': {
    args: ['bundle', 'oci:layout:latest', 't'],
    says: /no command specified/,
  },
  'a target that is in use': {
    args: ['unpack', 'oci:layout:latest', 'layout'],
    says: /layout: is not empty/,
  },
};

for (const [what, { args, says }] of Object.entries(wrong)) {
  asRoot(`${what}: one line that names it, and nothing left behind`, async () => {
    await using base = await temporaryDirectory();
    await makeImageLayout(join(base.path, 'layout'), { layers });
    const { code, stdout, stderr } = await rootfs(base.path, ...args);
    assert.equal([code, stdout], [1, '']);
    assert.match(stderr, says);
    const left = (await readdir(base.path)).filter((name) => name !== 'layout' && name !== 'store');
    assert.equal(left, []);
  });
}

asRoot('pack, diff and repack write layers, to a file or a pipe', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  await makeImageLayout(at('layout'), { layers, tag: 'a' });
  await rootfs(base.path, 'unpack', 'oci:layout:a', 'low');
  await run(['bash', '-ec', 'cp -a low up; touch up/new; rm up/etc/name'], { cwd: base.path });
  const names = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await rootfs(base.path, ...args);
    assert.is(code, 0, stderr);
    if (args.includes('-o')) assert.is(stdout, '');
    const input = args.includes('-o') ? await readFile(at('layer.tar')) : stdout;
    return (await run(['tar', '-t'], { input })).stdout.trim().replaceAll('\n', ' ');
  };
  assert.is(await names('pack', 'up', '-o', 'layer.tar'), 'etc/ new');
  assert.is(await names('diff', 'low', 'up'), './ etc/ etc/.wh.name new');
  assert.is(await names('repack', 'oci:layout:a', 'up', '-o', 'layer.tar'), './ etc/ etc/.wh.name new'); // prettier-ignore
  assert.is(await names('repack', 'oci:layout:a', 'low', '-o', 'layer.tar'), '');
  const wrong = await rootfs(base.path, 'diff', 'low', 'layer.tar', '-o', 'other.tar');
  assert.is(wrong.code, 1);
  assert.match(wrong.stderr, /layer\.tar: is no directory/);
  assert.not.ok((await readdir(base.path)).includes('other.tar'));
});

test.run();
