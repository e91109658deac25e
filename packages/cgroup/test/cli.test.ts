import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asUser, assertNothingLeft, needs, run, snapshotHost } from '@ctrkit/testing';
import type { RunOptions, RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listCgroups, openCgroup } from '../src/index.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const node: readonly [string, ...string[]] = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  '--conditions=@ctrkit/source',
  bin,
];

const cgroup = (args: readonly string[], options?: RunOptions): Promise<RunResult> =>
  run([...node, ...args], options);

const errorCode = ({ stderr }: RunResult): unknown => {
  const line = stderr.split('\n').find((each) => each.startsWith('{')) ?? '{}';
  return (JSON.parse(line) as { error?: { code?: unknown } }).error?.code;
};

test('what a user may not do is said with its code', async () => {
  if (!needs('root', 'unprivileged-user')) return;
  const args = ['run', '--error-format', 'json', '-m', '64m', '--', 'true'];
  const result = await asUser([...node, ...args]);
  assert.is(result.code, 125, result.stderr);
  assert.is(errorCode(result), 'CGROUP_NO_PERMISSION');
  assert.match(result.stderr, /"hint":"[^"]*root/);
  assert.is(result.stdout, '');
});

test('mistakes in flags', async () => {
  for (const flag of [
    ['--cpus', 'x'],
    ['--cpus', '0'],
    ['-m', 'much'],
    ['--pids', 'few'],
  ]) {
    const { code, stderr } = await cgroup(['run', ...flag, 'true']);
    assert.is(code, 125, flag.join(' '));
    assert.match(stderr, /invalid argument/);
  }
  assert.is((await cgroup(['run', '-m', '64m'])).code, 1);
});

if (needs('cgroup')) {
  const before = await snapshotHost();

  test('run: the command’s own exit code, output and input', async () => {
    const script = 'cat; echo to stderr >&2; exit 7';
    const limits = ['-m', '64m', '--cpus', '0.5', '--pids', '20'];
    const result = await cgroup(['run', ...limits, '--', 'sh', '-c', script], { input: 'hi\n' });
    assert.is(result.code, 7);
    assert.is(result.stdout, 'hi\n');
    assert.is(result.stderr, 'to stderr\n');
  });

  test('run: 137 beyond the memory limit, and says why', async () => {
    const args = ['run', '--memory', '16m', '--memory-swap', '16m', 'tail', '/dev/zero'];
    const { code, stderr } = await cgroup(args);
    assert.is(code, 137);
    assert.match(stderr, /memory limit/);
  });

  test('run: 127 not found, 126 not executable', async () => {
    const missing = await cgroup(['run', '--error-format', 'json', '--', 'nosuchcommand']);
    assert.is(missing.code, 127);
    assert.is(errorCode(missing), 'COMMAND_NOT_FOUND');
    const refused = await cgroup(['run', '--error-format', 'json', '--', '/etc/passwd']);
    assert.is(refused.code, 126);
    assert.is(errorCode(refused), 'COMMAND_NOT_EXECUTABLE');
  });

  test('run: what the command left behind ends with it', async () => {
    const name = `ctr-test-cli-${process.pid}-left`;
    const script = 'sleep 300 >&- 2>&- </dev/null & exit 0';
    const { code } = await cgroup(['run', '--name', name, '--', 'sh', '-c', script]);
    assert.is(code, 0);
    const left = (await listCgroups('/')).filter(({ path }) => path === `/${name}`);
    assert.equal(left, []);
  });

  test('run: SIGTERM is the command’s', async () => {
    const name = `ctr-test-cli-${process.pid}-term`;
    const script = 'trap "exit 9" TERM; while :; do sleep 0.05; done';
    const args = [...node.slice(1), 'run', '--name', name, '--', 'sh', '-c', script];
    const child = spawn(node[0], args, { stdio: 'ignore' });
    const exited = once(child, 'exit');
    await appearing(name);
    child.kill('SIGTERM');
    assert.equal(await exited, [9, null]);
  });

  test('run: killed, it takes the command along, and the next run tidies up', async () => {
    const args = [...node.slice(1), 'run', '--pids', '20', '--', 'sleep', '301'];
    const child = spawn(node[0], args, { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const path = await ownRun(child.pid ?? 0);
    child.kill('SIGKILL');
    await exited;
    const left = await openCgroup(path);
    for (let tries = 0; tries < 300 && left.processes().length > 0; tries += 1) await sleep(10);
    assert.equal(left.processes(), []);
    assert.is((await cgroup(['run', 'true'])).code, 0);
    const names = (await listCgroups('/')).map((each) => each.path);
    assert.not(names.includes(path));
  });

  test('create, set, stats, freeze, thaw, kill, ls, delete', async () => {
    const name = `ctr-test-cli-${process.pid}-all`;
    const created = await cgroup(['create', name, '--pids', '20', '-m', '64m']);
    try {
      assert.is(created.code, 0, created.stderr);
      assert.is((JSON.parse(created.stdout) as { path: string }).path, `/${name}`);
      assert.is((await cgroup(['set', name, '--pids', '30'])).code, 0);
      const stats = JSON.parse((await cgroup(['stats', name])).stdout) as Record<string, unknown>;
      assert.equal(stats['pids'], { current: 0, limit: 30 });
      assert.is(stats['oomKills'], 0);
      const table = await cgroup(['stats', '--format', 'table', name]);
      assert.match(table.stdout, /^CGROUP .*\n\/ctr-test-cli-.* 0B \/ 64MiB /);
      for (const verb of ['freeze', 'thaw', 'kill']) {
        assert.is((await cgroup([verb, name])).code, 0, verb);
      }
      const listed = await cgroup(['ls', '/']);
      assert.match(listed.stdout, new RegExp(`"path":"/${name}"`));
    } finally {
      assert.is((await cgroup(['delete', name])).code, 0);
    }
    const gone = await cgroup(['--error-format', 'json', 'stats', name]);
    assert.is(gone.code, 1);
    assert.is(errorCode(gone), 'CGROUP_NOT_FOUND');
  });

  test('nothing is left', async () => {
    await assertNothingLeft(before);
  });
}

/** Waits until a cgroup of that name has the command in it. */
async function appearing(name: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const all = await listCgroups('/');
    const found = all.find(({ path }) => path === `/${name}`);
    // The shell and what it sleeps with.
    if (found !== undefined && found.processes > 1) return;
    await sleep(20);
  }
  throw new Error(`${name} did not appear`);
}

/** The cgroup that a `cgroup run` with this pid named after itself, when its command runs. */
async function ownRun(pid: number): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = (await listCgroups('/')).find(({ path }) => path.includes(`-${pid}-`));
    const command = found === undefined ? [] : (await openCgroup(found.path)).processes();
    if (found !== undefined && command.some(isSleep)) return found.path;
    await sleep(20);
  }
  throw new Error(`the run of ${pid} did not appear`);
}

function isSleep(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('sleep\0');
}

test.run();
