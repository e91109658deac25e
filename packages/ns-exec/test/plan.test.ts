import assert from 'node:assert/strict';
import { defaultSpec, rootlessSpec, withUserNamespace } from '@ctrkit/oci';
import type { ContainerIds, RuntimeSpec, Seccomp } from '@ctrkit/oci';
import type { Operation } from '@ctrkit/syscalls';
import { test } from 'uvu';
import { launchPlan } from '../src/explain.ts';
import { capabilityMask } from '../src/plan/capabilities.ts';
import { enterPlan } from '../src/plan/enter.ts';
import { mountPlan } from '../src/plan/mounts.ts';
import { executableCandidates } from '../src/plan/process.ts';
import { rootPlan } from '../src/plan/root.ts';

const spec = defaultSpec();
const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];

const ids = (uid: number, gid: number): ContainerIds => ({
  uids: [{ containerID: 0, hostID: uid, size: 1 }],
  gids: [{ containerID: 0, hostID: gid, size: 1 }],
});
const names = (plan: readonly Operation[]): string[] => plan.map(({ op }) => op);

test('nothing of the container runs before everything that confines it', () => {
  const plan = names(launchPlan(spec, '/bundle'));
  assert.equal(plan.at(-1), 'execute');
  const order = [
    'spawn',
    'private-mounts',
    'root-bind',
    'mask',
    'pivot',
    'bounding-set',
    'identity',
  ];
  const places = [...order, 'capabilities', 'working-directory', 'execute'].map((op) =>
    plan.indexOf(op),
  );
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.ok(places.every((place) => place >= 0));
});

test('whoever enters a container is in its cgroup before it sees anything of it', () => {
  assert.ok(spec.process);
  const target = { pid: 2, startTime: '3', bootId: 'x' };
  const process = { ...spec.process, oomScoreAdj: 500 };
  const plan = names(
    enterPlan(spec, process, { target, joinFiles: ['/a', '/b'], streams: 'pipes' }),
  );
  assert.deepEqual(plan.slice(0, 6), [
    'target',
    'join-cgroup',
    'join-cgroup',
    'oom-score',
    'join-namespaces',
    'spawn',
  ]);
});

test('masks come after every mount, which they would else be hidden by', () => {
  const plan = names(launchPlan(spec, '/bundle'));
  assert.ok(plan.lastIndexOf('mount') < plan.indexOf('mask'));
  assert.ok(plan.lastIndexOf('mount') < plan.indexOf('read-only'));
});

test('the default capabilities are the eleven of podman: 0x800405fb', () => {
  assert.equal(capabilityMask(spec.process?.capabilities?.bounding), 0x800405fbn);
  assert.throws(() => capabilityMask(['CAP_NOSUCH']), { code: 'SPEC_UNSUPPORTED' });
});

test('root is nodev unless the container may make device nodes', () => {
  const NODEV = 4;
  const plan = rootPlan(spec, '/bundle') as { attributes: number };
  assert.equal(plan.attributes & NODEV, NODEV);
  const capable = structuredClone(spec);
  capable.process?.capabilities?.bounding?.push('CAP_MKNOD');
  assert.equal((rootPlan(capable, '/bundle') as { attributes: number }).attributes & NODEV, 0);
});

test('an overlay at / is the root; its directories are read with their escapes', () => {
  const overlay: RuntimeSpec = {
    ...spec,
    mounts: [
      {
        destination: '/',
        type: 'overlay',
        options: ['lowerdir=/a\\:b:/c', 'upperdir=/u', 'workdir=/w', 'volatile'],
      },
    ],
  };
  const plan = rootPlan(overlay, '/bundle');
  assert.ok(plan.op === 'root-overlay' || plan.op === 'root-overlay-by-name');
  const { lowers, upper, work, options } = plan;
  assert.deepEqual(
    { lowers, upper, work, options },
    {
      lowers: ['/a:b', '/c'],
      upper: '/u',
      work: '/w',
      options: ['volatile'],
    },
  );
});

test('symbolic links of an image do not redirect /proc, /dev and /sys', () => {
  const context = { bundle: '/', cgroups: [], hasCgroup: false };
  const follow = (destination: string): unknown =>
    mountPlan({ destination, type: 'tmpfs' }, context).map((op) => 'follow' in op && op.follow);
  assert.deepEqual(follow('/proc'), [0]);
  assert.deepEqual(follow('/dev/shm'), [0]);
  assert.deepEqual(follow('/var/run/x'), [1]);
  assert.deepEqual(follow('/process'), [1]);
});

test("v1 shows the container's own cgroups, read-only, in a directory that is read-only too", () => {
  const mount = { destination: '/sys/fs/cgroup', type: 'cgroup' };
  const cgroups = [{ controllers: ['cpu', 'cpuacct'], hostPath: '/sys/fs/cgroup/cpu,cpuacct/x' }];
  const plan = mountPlan(mount, { bundle: '/', cgroups, hasCgroup: true });
  assert.deepEqual(names(plan), ['mount', 'bind', 'link', 'link', 'remount']);
  const READ_ONLY = 1;
  for (const step of plan.filter(({ op }) => op === 'bind' || op === 'remount')) {
    assert.equal((step as { attributes: number }).attributes & READ_ONLY, READ_ONLY);
  }
});

test('without a cgroup there is nothing to show of one', () => {
  const mount = { destination: '/sys/fs/cgroup', type: 'cgroup' };
  assert.deepEqual(mountPlan(mount, { bundle: '/', cgroups: [], hasCgroup: false }), []);
});

test('a command without a slash is looked for in each directory of the PATH', () => {
  assert.deepEqual(executableCandidates('ls', ['PATH=/a', 'PATH=/bin:/usr/bin']), [
    '/bin/ls',
    '/usr/bin/ls',
  ]);
  assert.deepEqual(executableCandidates('./ls', ['PATH=/bin']), ['./ls']);
  assert.equal(executableCandidates('ls', []).at(-1), '/bin/ls');
});

test('a terminal is made inside the root, before the process is who it will be', () => {
  const interactive = { ...spec, process: { ...spec.process, terminal: true } } as RuntimeSpec;
  const plan = names(launchPlan(interactive, '/bundle'));
  const places = ['mount', 'terminal', 'own-streams', 'pivot', 'identity'].map((op) =>
    plan.indexOf(op),
  );
  assert.ok(places.every((place, index) => place > (places[index - 1] ?? 0)));
  assert.ok(!names(launchPlan(spec, '/bundle')).includes('terminal'));
});

const between = (plan: readonly string[], op: string): [string | undefined, string | undefined] => {
  const at = plan.indexOf(op);
  return [plan[at - 1], plan[at + 1]];
};

test('the filter is installed while that is allowed: before capabilities go, or, with no_new_privs, last of all', () => {
  assert.deepEqual(between(names(launchPlan(spec, '/')), 'seccomp'), ['groups', 'identity']);
  const closed = { ...spec, process: { ...spec.process, noNewPrivileges: true } } as RuntimeSpec;
  assert.deepEqual(between(names(launchPlan(closed, '/')), 'seccomp'), ['parent-death', 'execute']);
});

test('flags of a filter come along; without a profile there is no filter', () => {
  const seccomp: Seccomp = {
    defaultAction: 'SCMP_ACT_ALLOW',
    flags: ['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW'],
  };
  const plan = launchPlan({ ...spec, linux: { ...spec.linux, seccomp } }, '/');
  const step = plan.find(({ op }) => op === 'seccomp') as { flags: number } | undefined;
  assert.equal(step?.flags, 2 | 4);
  const { seccomp: _none, ...linux } = spec.linux ?? {};
  assert.ok(!names(launchPlan({ ...spec, linux }, '/')).includes('seccomp'));
});

test('a normal user gets a user namespace, no limits, no new privileges, and bound devices', () => {
  const rootless = rootlessSpec(spec, ids(uid, gid));
  const plan = launchPlan(rootless, '/bundle');
  assert.equal(plan[0]?.op, 'supervise');
  assert.deepEqual(plan[1], {
    op: 'user-namespace',
    uidMap: `0 ${uid} 1\n`,
    gidMap: `0 ${gid} 1\n`,
    uidMapper: [],
    gidMapper: [],
    setGroups: 0,
  });
  assert.equal(plan[2]?.op, 'enter-user-namespace');
  const all = names(plan);
  assert.ok(all.includes('no-new-privileges'));
  assert.ok(all.includes('seccomp'));
  assert.ok(!all.includes('device'));
  assert.ok(!all.includes('groups'));
  assert.equal(rootless.linux?.resources, undefined);
});

test('a normal user on the host network sees a copy of the host sysfs', () => {
  const shared = structuredClone(spec);
  const linux = shared.linux ?? {};
  linux.namespaces = linux.namespaces?.filter(({ type }) => type !== 'network') ?? [];
  const rootless = rootlessSpec(shared, ids(uid, gid));
  const sys = rootless.mounts?.find(({ destination }) => destination === '/sys');
  assert.equal(sys?.type, 'bind');
  assert.ok(sys?.options?.includes('ro'));
});

if (process.geteuid?.() === 0) {
  test("what another root may not reach is held before the container's process is there", () => {
    const map = [{ containerID: 0, hostID: 500_000, size: 1000 }];
    const bound = {
      destination: '/data',
      type: 'bind',
      source: '/srv',
      options: ['bind', 'idmap'],
    };
    const overlay = { destination: '/', type: 'overlay', options: ['lowerdir=/b:/a', 'upperdir=/c/u', 'workdir=/c/w', 'idmap'] }; // prettier-ignore
    const mounts = [overlay, bound, ...(spec.mounts ?? [])];
    const plan = launchPlan(withUserNamespace({ ...spec, mounts }, { uids: map, gids: map }), '/');
    const places = ['hold', 'private-mounts', 'map-ids', 'enter-user-namespace', 'spawn', 'attach-root', 'bind', 'pivot'].map((op) => names(plan).indexOf(op)); // prettier-ignore
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok(places.every((place) => place > 0));
    const mapped = plan.flatMap((step) => (step.op === 'map-ids' ? [step.path] : []));
    assert.deepEqual(
      mapped,
      ['/a', '/b', '/c'].toSorted((a, b) => mapped.indexOf(a) - mapped.indexOf(b)),
    );
    const binds = plan.flatMap((step) => (step.op === 'bind' ? [step.source] : []));
    assert.deepEqual(
      binds.filter((source) => !String(source).startsWith('/dev/')),
      [''],
    );
    const root = plan.findIndex((step) => step.op === 'identity' && step.uid === 500_000);
    assert.ok(root > names(plan).indexOf('map-ids') && root < names(plan).indexOf('enter-user-namespace')); // prettier-ignore
  });
}

for (const [what, change] of [
  ['a namespace to join', { namespaces: [{ type: 'network', path: '/proc/1/ns/net' }] }],
  ['the time namespace', { namespaces: [{ type: 'mount' }, { type: 'time' }] }],
  ['no mount namespace', { namespaces: [{ type: 'pid' }] }],
] as const) {
  test(`${what} is refused, not ignored`, () => {
    const odd = { ...spec, linux: { ...spec.linux, ...change } } as unknown as RuntimeSpec;
    assert.throws(() => launchPlan(odd, '/'), { code: 'SPEC_UNSUPPORTED' });
  });
}

for (const [what, odd] of [
  ['a seccomp listener', { linux: { ...spec.linux, seccomp: { defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/run/x' } } }], // prettier-ignore
  ['a seccomp action that somebody answers', { linux: { ...spec.linux, seccomp: { defaultAction: 'SCMP_ACT_NOTIFY' } } }], // prettier-ignore
  ['a seccomp flag of listeners', { linux: { ...spec.linux, seccomp: { defaultAction: 'SCMP_ACT_ALLOW', flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'] } } }], // prettier-ignore
  ['hooks', { hooks: { poststop: [{ path: '/bin/true' }] } }],
  ['an id-mapped mount of nobody else', { mounts: [{ destination: '/x', type: 'bind', source: '/', options: ['bind', 'idmap'] }] }], // prettier-ignore
  ['an AppArmor profile', { process: { ...spec.process, apparmorProfile: 'x' } }],
] as const) {
  test(`${what} is refused, not left out in silence`, () => {
    const whole = { ...spec, ...odd } as unknown as RuntimeSpec;
    assert.throws(() => launchPlan(whole, '/'), { code: 'SPEC_UNSUPPORTED' });
  });
}

test.run();
