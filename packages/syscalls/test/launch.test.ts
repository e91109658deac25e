import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cloneFlags, Helper, helperPath, runPlan, supervise } from '../src/index.ts';
import type { Operation, Report } from '../src/index.ts';

const child: readonly Operation[] = [
  { op: 'spawn', namespaces: cloneFlags.mount | cloneFlags.pid },
  { op: 'private-mounts' },
];
const spawned: readonly Operation[] = [supervise(), ...child];

const execute = (...argv: [string, ...string[]]): Operation => ({
  op: 'execute',
  candidates: [argv[0]],
  argv,
  env: ['PATH=/usr/bin:/bin'],
});

if (needs('root')) {
  for (const [what, link] of [
    ['relative', '../run/resolve/stub'],
    ['absolute', '/run/resolve/stub'],
  ] as const) {
    test(`a file is bound where a ${what} link of an image leads that leads nowhere, inside the root`, async () => {
      await using directory = await temporaryDirectory();
      const root = join(directory.path, 'root');
      mkdirSync(join(root, 'etc'), { recursive: true });
      symlinkSync(link, join(root, 'etc/resolv.conf'));
      const source = join(directory.path, 'resolv.conf');
      writeFileSync(source, 'nameserver 192.0.2.1\n');
      const helper = new Helper('supervise');
      const bind = {
        op: 'bind',
        within: '',
        source,
        target: '/etc/resolv.conf',
        attributes: 0,
        recursive: 0,
      } as const;
      await helper.write(
        ...spawned,
        { op: 'root-bind', path: root, recursive: 0, attributes: 0 },
        { op: 'attach-root' },
        { ...bind, follow: 1 },
        { op: 'read', path: '/etc/resolv.conf', limit: 100 },
      );
      const report = await helper.report((one): one is Report =>
        ['file', 'error'].includes(one.event),
      );
      helper.end();
      await helper.wait().catch(() => {});
      assert.ok(report !== undefined && 'bytes' in report, JSON.stringify(report));
      assert.is(String((report as { bytes: Buffer }).bytes), 'nameserver 192.0.2.1\n');
      assert.ok(lstatSync(join(root, 'etc/resolv.conf')).isSymbolicLink());
      assert.is(readFileSync(join(root, 'run/resolve/stub'), 'utf8'), '');
    });
  }

  test('a link that leads to itself is an error and not an endless search', async () => {
    await using directory = await temporaryDirectory();
    symlinkSync('loop', join(directory.path, 'loop'));
    const plan: Operation[] = [
      ...spawned,
      { op: 'root-bind', path: directory.path, recursive: 0, attributes: 0 },
      { op: 'attach-root' },
      {
        op: 'bind',
        within: '',
        source: '/etc/hostname',
        target: '/loop',
        attributes: 0,
        recursive: 0,
        follow: 1,
      },
    ];
    const error = await runPlan('supervise', plan).catch((caught: unknown) => caught);
    assert.is((error as { code: string }).code, 'HELPER_FAILED');
  });

  if (needs('command:keyctl')) {
    test("the keys of the caller's session are not the program's", async () => {
      const script = 'keyctl add user ctrkit-test-key secret @s >/dev/null && exec "$@"';
      const source = new URL('../src/index.ts', import.meta.url).href;
      const plan = [
        ...child,
        { op: 'session' },
        { op: 'root-bind', path: '/', recursive: 1, attributes: 0 },
        { op: 'attach-root' },
      ];
      const program = `
        import { runPlan, supervise } from ${JSON.stringify(source)};
        await runPlan('supervise', [supervise(), ...${JSON.stringify([...plan, execute('/usr/bin/keyctl', 'show', '@s')])}]);`;
      const node = [
        process.execPath,
        '--import',
        import.meta.resolve('tsx'),
        '--input-type=module',
      ];
      const show = ['keyctl', 'session', '-', 'sh', '-c', script, '_'] as const;
      const outside = await run([...show, 'keyctl', 'show', '@s']);
      assert.match(outside.stdout, /ctrkit-test-key/);
      const inside = await run([...show, ...node, '-e', program]);
      assert.not.match(inside.stdout, /ctrkit-test-key/);
      assert.match(inside.stdout, /_ses/);
    });
  }
}

if (needs('file:/dev/shm')) {
  test('a helper on a tmpfs, whose files report a seal, runs from a sealed copy too', async () => {
    const directory = mkdtempSync('/dev/shm/ctrkit-test-');
    const path = join(directory, 'helper');
    copyFileSync(helperPath(), path);
    chmodSync(path, 0o755);
    const helper = new Helper('launch', { path });
    try {
      // A report comes from the copy: what was there before has been replaced by then.
      await helper.write({ op: 'root', path: directory }, { op: 'read', path: '/x', limit: 1 });
      await helper.report((one): one is Report => one.event === 'file');
      assert.match(readlinkSync(`/proc/${helper.pid}/exe`), /memfd:ctr-helper/);
    } finally {
      helper.end();
      await helper.wait().catch(() => {});
      rmSync(directory, { recursive: true });
    }
  });
}

test.run();
