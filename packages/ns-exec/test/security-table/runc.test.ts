import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultSpec } from '@ctrkit/oci';
import { makeBusyboxRootfs, needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import { numbersOf } from '../seccomp/evaluate.ts';
import { abis, addProbe, answersOf, nsExec, probeNeeds, writeProbeBundle } from './probe.ts';

// What does not come back, or not alone; sync waits for everybody's disks.
const leftOut = new Set(
  'exit exit_group fork vfork pause rt_sigreturn sigreturn sigsuspend sync restart_syscall'.split(' '), // prettier-ignore
);
/** Beyond every number that this kernel knows. */
const END = 600;
/** libseccomp 2.5 passes over the names of calls that came after this one, set_mempolicy_home_node. */
const NEWEST_KNOWN = 450;
const ENOSYS = '38';

const isUnknownToThem = (call: string, theirs: string | undefined): boolean =>
  theirs === ENOSYS && Number(call.split(':')[1]) > NEWEST_KNOWN;

function sweep(): string[] {
  return abis.flatMap(([abi, architecture]) => {
    const numbers = numbersOf(architecture);
    const skipped = new Set([...leftOut].map((name) => numbers.get(name)));
    return Array.from({ length: END }, (_, number) => number)
      .filter((number) => !skipped.has(number + architecture.bit))
      .map((number) => `${abi}:${number}`);
  });
}

/** Calls whose arguments decide: every family of sockets, with a type that there is not. */
function socketCalls(): string[] {
  return abis.flatMap(([abi, architecture]) => {
    const number = (numbersOf(architecture).get('socket') ?? 0) - architecture.bit;
    // Of AF_NETLINK the third argument decides.
    return Array.from({ length: 48 }, (_, family) =>
      [0, 9].map((protocol) => `${abi}:${number}:${family}:77:${protocol}`),
    ).flat();
  });
}

if (needs('root', 'command:runc', ...probeNeeds)) {
  test("runc's filter, made by libseccomp of the same profile, gives every call the same answer", async () => {
    await using directory = await temporaryDirectory();
    const bundle = join(directory.path, 'bundle');
    await mkdir(bundle);
    await makeBusyboxRootfs(join(bundle, 'rootfs'));
    await addProbe(join(bundle, 'rootfs'));
    const calls = [...sweep(), ...socketCalls()];
    const spec = defaultSpec();
    if (spec.process !== undefined) spec.process.args = ['/probe', ...calls];
    await writeProbeBundle(bundle, spec);
    const id = `ctrkit-test-${process.pid}-seccomp`;
    const runc = ['runc', '--root', join(directory.path, 'runc'), 'run', '--bundle', bundle, id] as const; // prettier-ignore
    const theirs = answersOf(await run(runc));
    const ours = answersOf(await run([...nsExec, 'run', '--bundle', bundle, id]));
    const differing = calls
      .map((call, place) => ({ call, ours: ours[place], theirs: theirs[place] }))
      .filter((one) => one.ours !== one.theirs && !isUnknownToThem(one.call, one.theirs));
    assert.deepEqual(differing, []);
    assert.ok(ours.filter((answer) => answer === ENOSYS).length > 100);
  });
}

test.run();
