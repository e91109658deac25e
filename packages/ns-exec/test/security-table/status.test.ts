import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { defaultSpec } from '@ctrkit/oci';
import {
  assertNothingLeft,
  asUser,
  makeBusyboxRootfs,
  needs,
  run,
  snapshotHost,
  temporaryDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import { directorySpec } from '../../src/directory-spec.ts';
import { closest } from './columns.ts';
import { nsExec, writeProbeBundle } from './probe.ts';

// One fact a line, `NAME VALUE`.
const script = `
sed -n 's/^\\(Cap[A-Za-z]*\\|NoNewPrivs\\|Seccomp\\|Seccomp_filters\\):[[:space:]]*/\\1 /p' /proc/self/status
for ns in cgroup ipc mnt net pid user uts; do echo "namespace-$ns $(readlink /proc/self/ns/$ns)"; done
n=0; while [ $n -lt 300 ]; do [ -e /proc/$$/fd/$n ] && echo "descriptor $n"; n=$((n + 1)); done
echo "dev $(ls /dev | sort | tr '\\n' ' ')"
echo "hostname $(hostname)"
echo "umask $(umask)"
echo "oom $(cat /proc/self/oom_score_adj)"
echo "soft $(ulimit -Sn) $(ulimit -Su) $(ulimit -Sc)"
echo "hard $(ulimit -Hn) $(ulimit -Hu) $(ulimit -Hc)"
for process in /proc/[0-9]*; do echo "process $process"; done
echo "sockets $(grep -c @ /proc/net/unix)"
echo "shm $(df -k /dev/shm | tail -1 | awk '{print $2}')"
echo "ping $(cat /proc/sys/net/ipv4/ping_group_range)"
echo "port $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)"
while read -r _ _ _ _ path options _; do echo "mount-$path $options"; done < /proc/self/mountinfo
for node in 'c 1 1' 'c 1 11' 'b 8 0' 'c 10 200'; do
  mknod /tmp/node $node 2>/dev/null && echo "made-$node 1" && (: < /tmp/node) 2>/dev/null && echo "opened-$node 1"
  rm -f /tmp/node
done
for path in ${closest.readonlyPaths.join(' ')}; do
  if [ -d $path ]; then touch $path/x 2>/dev/null && echo "writable $path"
  elif [ -e $path ]; then (: >> $path) 2>/dev/null && echo "writable $path"; fi
done
for path in /sys/x /sys/fs/cgroup/x /sys/fs/cgroup/memory/x; do (: > $path) 2>/dev/null && echo "writable $path"; done
for path in ${closest.maskedPaths.join(' ')} /sys/devices/system/cpu/cpu*/thermal_throttle; do
  if [ -d $path ]; then
    [ -z "$(ls -A $path)" ] || echo "seen $path"
    touch $path/x 2>/dev/null && echo "writable $path"
  elif [ -e $path ]; then [ -z "$(head -c 1 $path)" ] || echo "seen $path"; fi
done
exit 0
`;

class Facts {
  readonly #lines: readonly (readonly [name: string, value: string])[];

  constructor(output: string) {
    this.#lines = output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', ...rest] = line.split(' ');
        return [name, rest.join(' ')];
      });
  }

  all(name: string): string[] {
    return this.#lines.filter(([one]) => one === name).map(([, value]) => value);
  }

  one(name: string): string {
    const [value] = this.all(name);
    assert.ok(value !== undefined, `nothing is known of ${name}`);
    return value;
  }

  startingWith(prefix: string): string[] {
    return this.#lines.map(([name]) => name).filter((name) => name.startsWith(prefix));
  }
}

const limit = (text: string): number => (text === 'unlimited' ? Infinity : Number(text));

/** Limits as a shell in our own place has them. */
async function ownLimits(): Promise<number[]> {
  const { stdout } = await run(['sh', '-c', 'for flag in -Sn -Su -Sc -Hn -Hu -Hc; do bash -c "ulimit $flag"; done']); // prettier-ignore
  return stdout.trim().split('\n').map(limit);
}

function checkProcess(facts: Facts): void {
  for (const name of ['CapEff', 'CapPrm', 'CapBnd']) {
    assert.equal(BigInt(`0x${facts.one(name)}`) & ~closest.capabilities, 0n, name);
  }
  assert.equal(BigInt(`0x${facts.one('CapInh')}`), 0n);
  assert.equal(BigInt(`0x${facts.one('CapAmb')}`), 0n);
  assert.equal(facts.one('Seccomp'), '2', 'a filter');
  assert.ok(Number(facts.one('Seccomp_filters')) >= 1);
  assert.deepEqual(facts.all('descriptor'), closest.descriptors);
  assert.equal(Number.parseInt(facts.one('umask'), 8) & closest.umask, closest.umask);
  assert.ok(Number(facts.one('oom')) >= 0);
  assert.notEqual(facts.one('hostname'), hostname());
}

function checkNamespaces(facts: Facts, more: readonly string[]): void {
  for (const name of [...closest.namespaces, ...more]) {
    assert.notEqual(facts.one(`namespace-${name}`), readlinkSync(`/proc/self/ns/${name}`), name);
  }
  assert.deepEqual(facts.all('process'), ['/proc/1']);
  assert.equal(facts.one('sockets'), '0');
  // Nobody, root, or, where groups have no names, nobody again.
  assert.ok(['1\t0', '0\t0', '65534\t65534'].includes(facts.one('ping')), facts.one('ping'));
  assert.ok(Number(facts.one('port')) >= closest.unprivilegedPortStart);
}

function checkFiles(facts: Facts): void {
  for (const [path, wanted] of closest.mountOptions) {
    const options = (facts.all(`mount-${path}`).at(-1) ?? '').split(',');
    for (const option of wanted) assert.ok(options.includes(option), `${path}: ${option}`);
  }
  assert.ok(Number(facts.one('shm')) <= closest.sharedMemory);
  const devices = closest.devices.split(' ');
  const more = facts.one('dev').trim().split(' ').filter((name) => !devices.includes(name)); // prettier-ignore
  assert.deepEqual(more, []);
  assert.deepEqual(facts.all('writable'), []);
  assert.deepEqual(facts.all('seen'), []);
  assert.deepEqual([...facts.startingWith('made-'), ...facts.startingWith('opened-')], []);
}

async function checkLimits(facts: Facts): Promise<void> {
  const found = `${facts.one('soft')} ${facts.one('hard')}`.split(' ').map(limit);
  const own = await ownLimits();
  found.forEach((value, place) => assert.ok(value <= (own[place] ?? 0), `limit ${place}`));
}

async function inBundle(use: (bundle: string, rootfs: string) => Promise<void>): Promise<void> {
  const before = await snapshotHost();
  {
    await using directory = await temporaryDirectory({ traversable: true });
    const rootfs = join(directory.path, 'rootfs');
    await mkdir(rootfs);
    await makeBusyboxRootfs(rootfs);
    await use(directory.path, rootfs);
  }
  await assertNothingLeft(before);
}

if (needs('root', 'cgroup', 'file:/bin/busybox')) {
  test("root's container is on no row looser than docker's or podman's", async () => {
    await inBundle(async (bundle, directory) => {
      const spec = directorySpec({ directory, args: ['sh', '-c', script] });
      const resources = defaultSpec().linux?.resources ?? {};
      await writeProbeBundle(bundle, { ...spec, linux: { ...spec.linux, resources } });
      const id = `test-${process.pid}`;
      const leaky = 'exec 9</etc/shadow 40</etc/passwd 251</etc; exec "$@"';
      const { stdout, stderr } = await run(['bash', '-c', leaky, '_', ...nsExec, 'run', '--bundle', bundle, id]); // prettier-ignore
      assert.equal(stderr, '');
      const facts = new Facts(stdout);
      checkProcess(facts);
      checkNamespaces(facts, []);
      checkFiles(facts);
      await checkLimits(facts);
    });
  });
}

if (needs('user-namespaces', 'overlay-rootless', 'file:/bin/busybox')) {
  test("nor is a normal user's, which has a user namespace of its own and gains no privileges", async () => {
    await inBundle(async (_, rootfs) => {
      const { stdout, stderr } = await asUser([...nsExec, rootfs, '--', 'sh', '-c', script]);
      assert.equal(stderr, '');
      const facts = new Facts(stdout);
      checkProcess(facts);
      checkNamespaces(facts, ['user']);
      checkFiles(facts);
      await checkLimits(facts);
      assert.equal(facts.one('NoNewPrivs'), '1');
    });
  });
}

test.run();
