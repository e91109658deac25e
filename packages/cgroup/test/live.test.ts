import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LinuxResources } from '@ctrkit/oci';
import { defaultSpec } from '@ctrkit/oci';
import { runPlan, supervise } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { assertNothingLeft, needs, snapshotHost } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createCgroup, detectHierarchy, openCgroup } from '../src/index.ts';
import type { Cgroup, CreateOptions } from '../src/index.ts';
import { codeOf, errorOf } from './support.ts';

const MiB = 1024 * 1024;

interface Live {
  readonly cgroup: Cgroup;
  [Symbol.asyncDispose](): Promise<void>;
}

let made = 0;

/** A cgroup of the machine that is gone after the test, however it went. */
async function live(resources: LinuxResources, options: CreateOptions = {}): Promise<Live> {
  made += 1;
  const cgroup = await createCgroup(`ctr-test-${process.pid}-${made}`, resources, options);
  return { cgroup, [Symbol.asyncDispose]: () => cgroup.delete() };
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

const joinAndRun = `
n=$1; shift
while [ "$n" -gt 0 ]; do echo 0 >"$1" || exit 99; shift; n=$((n - 1)); done
exec "$@"`;

/** Starts a program in a cgroup: a shell joins every tree, then becomes the program. */
function start(cgroup: Cgroup, ...command: readonly string[]): ChildProcess {
  const files = cgroup.joinFiles;
  const args = ['-c', joinAndRun, 'sh', String(files.length), ...files, ...command];
  return spawn('sh', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function ending(child: ChildProcess): Promise<Ended> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stderr };
}

const run = (cgroup: Cgroup, ...command: readonly string[]): Promise<Ended> =>
  ending(start(cgroup, ...command));

/** Waits until the shell has joined everything and become the program. */
async function started(child: ChildProcess, name: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (readFileSync(`/proc/${child.pid}/comm`, 'latin1').trim() === name) return;
    await sleep(10);
  }
  throw new Error(`${name} did not start`);
}

async function populated(cgroup: Cgroup, count = 1): Promise<void> {
  for (let tries = 0; cgroup.processes().length < count; tries += 1) {
    if (tries > 500) throw new Error(`only ${cgroup.processes().length} processes`);
    await sleep(10);
  }
}

/** /dev/null and one more. */
const rule = (minor: number): LinuxResources => ({
  devices: [
    { allow: false, access: 'rwm' },
    { allow: true, type: 'c', major: 1, minor: 3 },
    { allow: true, type: 'c', major: 1, minor },
  ],
});

if (needs('cgroup')) {
  const before = await snapshotHost();

  test('memory: an allocation beyond the limit is killed and counted', async () => {
    await using on = await live({ memory: { limit: 16 * MiB, swap: 16 * MiB } });
    // tail keeps the last line, and this one has no end.
    const { signal, stderr } = await run(on.cgroup, 'tail', '/dev/zero');
    assert.is(signal, 'SIGKILL', stderr);
    assert.ok(((await on.cgroup.events()).oomKills ?? 0) >= 1);
    const { memory } = await on.cgroup.stats();
    assert.is(memory?.limitBytes, 16 * MiB);
    assert.ok((memory?.peakBytes ?? 0) > 8 * MiB);
  });

  test('memory: what stays below lives', async () => {
    await using on = await live({ memory: { limit: 64 * MiB, swap: 64 * MiB } });
    assert.is((await run(on.cgroup, 'true')).code, 0);
    assert.is((await on.cgroup.events()).oomKills, 0);
  });

  test('pids: a fork beyond the limit is refused and counted', async () => {
    await using on = await live({ pids: { limit: 3 } });
    const script = 'for i in 1 2 3 4 5; do sleep 5 & done; wait';
    const { code, stderr } = await run(on.cgroup, 'sh', '-c', script);
    assert.is.not(code, 0);
    assert.match(stderr, /fork/i);
    assert.ok(((await on.cgroup.events()).forksRefused ?? 0) >= 1);
    await on.cgroup.kill();
    assert.equal(on.cgroup.processes(), []);
  });

  test('cpu: the quota throttles', async () => {
    await using on = await live({ cpu: { quota: 10_000, period: 100_000 } });
    await run(on.cgroup, 'timeout', '0.6', 'sh', '-c', 'while :; do :; done');
    const { cpu } = await on.cgroup.stats();
    assert.ok((cpu?.throttledPeriods ?? 0) >= 1, JSON.stringify(cpu));
    assert.ok((cpu?.throttledUsec ?? 0) > 0);
  });

  test('cpuset: only the processors that are named', async () => {
    const { controllers } = await detectHierarchy();
    if (!controllers.has('cpuset')) return;
    await using on = await live({ cpu: { cpus: '0' } });
    const { code } = await run(on.cgroup, 'sh', '-c', 'test "$(nproc)" = 1');
    assert.is(code, 0);
  });

  test('devices: the default rules open /dev/null and shut the rest', async () => {
    const devices = defaultSpec().linux?.resources?.devices ?? [];
    const { controllers } = await detectHierarchy();
    // Under v2 a program decides, which this test cannot attach.
    if (controllers.get('devices')?.version !== 1) return;
    await using on = await live({ devices });
    const open = await run(on.cgroup, 'sh', '-c', ': </dev/null >/dev/null; : </dev/urandom');
    assert.is(open.code, 0, open.stderr);
    const shut = await run(on.cgroup, 'sh', '-c', ': </dev/kmsg');
    assert.is.not(shut.code, 0);
    assert.match(shut.stderr, /not permitted/);
  });

  test('devices: a changed list counts at once', async () => {
    const { controllers } = await detectHierarchy();
    if (controllers.get('devices')?.version !== 1) return;
    await using on = await live(rule(5));
    const read = async (device: string): Promise<number | null> =>
      (await run(on.cgroup, 'sh', '-c', `: <${device}`)).code;
    assert.is(await read('/dev/zero'), 0);
    assert.is.not(await read('/dev/full'), 0);
    await on.cgroup.update(rule(7));
    assert.is.not(await read('/dev/zero'), 0);
    assert.is(await read('/dev/full'), 0);
    assert.is(await read('/dev/null'), 0);
  });

  test('freeze stops, thaw continues', async () => {
    await using on = await live({});
    const child = start(on.cgroup, 'sleep', '0.2');
    const ended = ending(child);
    await started(child, 'sleep');
    await on.cgroup.freeze();
    assert.ok(on.cgroup.isFrozen());
    await sleep(400);
    assert.is(child.exitCode, null);
    assert.is(on.cgroup.processes().length, 1);
    await on.cgroup.thaw();
    assert.is((await ended).code, 0);
  });

  test('a frozen cgroup can be deleted, with what is in it', async () => {
    await using on = await live({});
    const child = start(on.cgroup, 'sleep', '60');
    const ended = ending(child);
    await started(child, 'sleep');
    await on.cgroup.freeze();
    await on.cgroup.delete();
    assert.is((await ended).signal, 'SIGKILL');
  });

  test('what forks all the time is killed to the last', async () => {
    await using on = await live({ pids: { limit: 1000 } });
    // Six that start something short-lived every hundredth of a second: never at the limit, never still.
    const script = 'f() { while :; do sleep 0.3 & sleep 0.01; done; }; f & f & f & f & f & f';
    const ended = ending(start(on.cgroup, 'sh', '-c', script));
    await populated(on.cgroup, 20);
    await on.cgroup.kill();
    assert.equal(on.cgroup.processes(), []);
    assert.is((await ended).signal, 'SIGKILL');
  });

  test('a nested cgroup is made, and deleted with its parent', async () => {
    await using outer = await live({ pids: { limit: 10 } });
    const inner = await createCgroup(`${outer.cgroup.path}/in/ner`, {
      pids: { limit: 5 },
      cpu: { cpus: '0' },
    });
    assert.is((await run(inner, 'true')).code, 0);
    const child = start(inner, 'sleep', '60');
    const ended = ending(child);
    await started(child, 'sleep');
    assert.equal(outer.cgroup.processes(), [child.pid]);
    // Also from the tree that only the inner one needed.
    await outer.cgroup.delete();
    assert.is((await ended).signal, 'SIGKILL');
    assert.is(await codeOf(() => openCgroup(outer.cgroup.path)), 'CGROUP_NOT_FOUND');
  });

  test('a limit that comes later holds for what runs already', async () => {
    await using on = await live({});
    const child = start(on.cgroup, 'sleep', '60');
    const ended = ending(child);
    await started(child, 'sleep');
    assert.equal(await on.cgroup.update({ memory: { limit: 32 * MiB, swap: 32 * MiB } }), []);
    const { memory } = await on.cgroup.stats();
    assert.is(memory?.limitBytes, 32 * MiB);
    assert.ok((memory?.usageBytes ?? -1) >= 0);
    await on.cgroup.update({ memory: { limit: 128 * MiB, swap: 256 * MiB } });
    await on.cgroup.update({ memory: { limit: 64 * MiB, swap: 64 * MiB } });
    assert.is((await on.cgroup.stats()).memory?.limitBytes, 64 * MiB);
    await on.cgroup.delete();
    assert.is((await ended).signal, 'SIGKILL');
  });

  test('what the kernel refuses is named', async () => {
    const bad: readonly LinuxResources[] = [
      { cpu: { quota: 1 } },
      { cpu: { cpus: '4000' } },
      { cpu: { cpus: 'zero' } },
    ];
    for (const resources of bad) {
      const error = await errorOf(() => live(resources));
      assert.is(error.code, 'CGROUP_INVALID_VALUE', JSON.stringify(resources));
      assert.ok(error.path?.startsWith('/sys/fs/cgroup/'));
      const path = `ctr-test-${process.pid}-${made}`;
      assert.is(await codeOf(() => openCgroup(path)), 'CGROUP_NOT_FOUND');
    }
  });

  test('what runs is not made again', async () => {
    await using on = await live({});
    const child = start(on.cgroup, 'sleep', '60');
    const ended = ending(child);
    await started(child, 'sleep');
    assert.is(await codeOf(() => createCgroup(on.cgroup.path, {})), 'CGROUP_BUSY');
    await on.cgroup.delete();
    await ended;
  });

  test('a host with a v2 tree: kill and freeze there', async () => {
    const machine = await detectHierarchy();
    if (machine.unified === undefined) return;
    const { unified } = machine;
    const hierarchy = { ...machine, kind: 'v2' as const, controllers: new Map() };
    await using on = await live({}, { hierarchy });
    assert.equal(on.cgroup.joinFiles, [`${unified.mountPoint}${on.cgroup.path}/cgroup.procs`]);
    const ended = ending(start(on.cgroup, 'sh', '-c', 'sleep 60 & sleep 60'));
    await populated(on.cgroup, 2);
    await on.cgroup.freeze();
    assert.ok(on.cgroup.isFrozen());
    await on.cgroup.thaw();
    assert.not(on.cgroup.isFrozen());
    await on.cgroup.kill();
    assert.is((await ended).signal, 'SIGKILL');
    assert.ok((await on.cgroup.stats()).cpu !== undefined);
  });

  test('devices under v2: the program, attached by the helper', async () => {
    const machine = await detectHierarchy();
    const { unified } = machine;
    // On v1 hosts too: programs do not need the controllers to be there.
    if (unified === undefined) return;
    const hierarchy = { ...machine, kind: 'v2' as const, controllers: new Map() };
    const devices = defaultSpec().linux?.resources?.devices ?? [];
    await using on = await live({ devices }, { hierarchy });
    const { joinFiles, deviceProgram } = on.cgroup;
    assert.ok(deviceProgram);
    const exitOf = async (script: string): Promise<number> => {
      const { code } = await runPlan(
        'supervise',
        [
          supervise(),
          { op: 'spawn', namespaces: 0 },
          { op: 'device-program', ...deviceProgram },
          ...joinFiles.map((path): Operation => ({ op: 'join-cgroup', path })),
          { op: 'execute', candidates: ['/bin/sh'], argv: ['sh', '-c', script], env: [] },
        ],
        { stdio: ['ignore', 'ignore', 'ignore'] },
      );
      return code;
    };
    assert.is(await exitOf(': </dev/null >/dev/null; : </dev/urandom'), 0);
    assert.is.not(await exitOf(': </dev/kmsg'), 0);
  });

  test('delete removes parents that are empty then, when it is asked to, and only those', async () => {
    const parent = `ctr-test-${process.pid}-parents`;
    const [one, other] = [
      await createCgroup(`${parent}/in/one`, {}),
      await createCgroup(`${parent}/in/other`, {}),
    ];
    const places = one.joinFiles.map((path) => path.slice(0, path.indexOf('/in/')));
    assert.ok(places.length > 0);
    await one.delete({ parents: true });
    assert.ok(places.every((path) => existsSync(path)));
    await other.delete({ parents: true });
    assert.ok(places.every((path) => !existsSync(path)));
  });

  test('nothing is left', async () => {
    await assertNothingLeft(before);
  });
}

test.run();
