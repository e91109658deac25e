import assert from 'node:assert/strict';
import { join } from 'node:path';
import { defaultSeccomp } from '@ctrkit/oci';
import {
  assertNothingLeft,
  asUser,
  makeBusyboxRootfs,
  needs,
  run,
  snapshotHost,
  temporaryDirectory,
} from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import { architecturesOf } from '../../src/seccomp/architectures.ts';
import { numbersOf } from '../seccomp/evaluate.ts';
import { callRows, unconditionallyAllowed } from './columns.ts';
import { abis, addProbe, answersOf, nsExec, probeArgument, probeNeeds } from './probe.ts';

/** EPERM, EACCES, ENOSYS: what a filter or a missing capability answers. */
const refusals = new Set(['1', '13', '38']);

const probes = abis.flatMap(([abi, architecture]) =>
  callRows.flatMap((row) => {
    const argument = probeArgument(abi, architecture, row.call, row.args);
    return argument === undefined ? [] : [{ ...row, what: `${abi}: ${row.what}`, argument }];
  }),
);

async function measured(
  start: (command: readonly [string, ...string[]]) => Promise<RunResult>,
): Promise<void> {
  // prettier-ignore
  const before = await snapshotHost();
  {
    await using directory = await temporaryDirectory({ traversable: true });
    const rootfs = join(directory.path, 'rootfs');
    await makeBusyboxRootfs(rootfs);
    await addProbe(rootfs);
    const calls = probes.map(({ argument }) => argument);
    const answers = answersOf(await start([...nsExec, rootfs, '--', '/probe', ...calls]));
    assert.equal(answers.length, probes.length);
    const looser = probes.filter(({ docker, podman }, place) => {
      const isRefused = refusals.has(answers[place] ?? '');
      return [...docker, ...podman].includes('-') && !isRefused;
    });
    assert.deepEqual(
      looser.map(({ what }) => what),
      [],
    );
  }
  await assertNothingLeft(before);
}

test('no more calls of x86-64 are allowed whatever their arguments than docker or podman allows', () => {
  const [native] = architecturesOf('x64') ?? [];
  const known = native === undefined ? new Map<string, number>() : numbersOf(native);
  const allowed = (defaultSeccomp().syscalls ?? [])
    .filter(({ action, args = [] }) => action === 'SCMP_ACT_ALLOW' && args.length === 0)
    .flatMap(({ names }) => names)
    .filter((name) => known.has(name));
  assert.ok(allowed.length > 250);
  assert.ok(allowed.length <= Math.min(...unconditionallyAllowed), `${allowed.length}`);
});

if (needs('root', ...probeNeeds)) {
  test('no system call of the table reaches the kernel that docker or podman refuses', async () => {
    await measured((command) => run(command));
  });

  test('a filter by the 64 bits of an argument does not let AF_ALG through', async () => {
    await using directory = await temporaryDirectory({ traversable: true });
    const rootfs = join(directory.path, 'rootfs');
    await makeBusyboxRootfs(rootfs);
    await addProbe(rootfs);
    const [native] = abis;
    const call = (family: number): string =>
      native === undefined ? '' : (probeArgument(...native, 'socket', [family, 5, 0]) ?? '');
    const families = [38, 2 ** 32 + 38, 40, 2 ** 33 + 40, 2, 2 ** 32 + 2, 1];
    const [EPERM, EPROTONOSUPPORT, ESOCKTNOSUPPORT] = ['1', '93', '94'];
    const answers = answersOf(
      await run([...nsExec, rootfs, '--', '/probe', ...families.map(call)]),
    );
    assert.deepEqual(answers.slice(0, 4), [EPERM, EPERM, EPERM, EPERM]);
    // Those reach the kernel, which knows the type for local sockets only.
    for (const answer of answers.slice(4, 6)) {
      assert.ok(answer === EPROTONOSUPPORT || answer === ESOCKTNOSUPPORT, answer);
    }
    assert.equal(answers[6], 'ok');
  });
}

if (needs('user-namespaces', 'overlay-rootless', ...probeNeeds)) {
  test("nor in a normal user's container", async () => {
    await measured((command) => asUser(command));
  });
}

test.run();
