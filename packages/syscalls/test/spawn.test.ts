import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isAlive } from '@ctrkit/durable';
import { Helper, runPlan, supervise } from '@ctrkit/syscalls';
import type { HelperOptions, Operation, Report } from '@ctrkit/syscalls';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, shell } from './plan-helpers.ts';

const spawning: Operation = { op: 'spawn', namespaces: 0 };
const relayed: readonly Operation[] = [supervise({ streams: 'pipes' }), spawning];
const direct: readonly Operation[] = [supervise(), spawning];

const isStarted = (report: Report): report is Extract<Report, { event: 'started' }> =>
  report.event === 'started';

async function started(stdio: HelperOptions['stdio'], ...plan: Operation[]): Promise<Helper> {
  const helper = new Helper('supervise', stdio === undefined ? {} : { stdio });
  await helper.write(...plan);
  helper.end();
  assert.ok(await helper.report(isStarted), 'it did not start');
  return helper;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error(`not within ten seconds: ${what}`);
    await sleep(20);
  }
}

test('relay copies both streams byte by byte', async () => {
  await using base = await temporaryDirectory();
  const path = (name: string): string => join(base.path, name);
  const contents = [randomBytes(3_000_001), randomBytes(2_000_003)] as const;
  await writeFile(path('1'), contents[0]);
  await writeFile(path('2'), contents[1]);
  const [out, err] = [openSync(path('out'), 'w'), openSync(path('err'), 'w')];
  const line = 'cat "$1" & cat "$2" >&2; wait';
  const plan = [...relayed, shell(line, path('1'), path('2'))];
  assert.is((await runPlan('supervise', plan, { stdio: ['ignore', out, err] })).code, 0);
  closeSync(out);
  closeSync(err);
  assert.ok((await readFile(path('out'))).equals(contents[0]));
  assert.ok((await readFile(path('err'))).equals(contents[1]));
});

test('what the program wrote last is there, also when it was killed', async () => {
  const helper = await started(['ignore', 'pipe', 'inherit'], ...relayed, shell('echo last; kill -9 $$')); // prettier-ignore
  assert.is(Buffer.concat(await collect(helper.stdout as never)).toString(), 'last\n');
  assert.is((await helper.wait()).code, 137);
});

test('a slow reader of stdout does not stop stderr', async () => {
  await using base = await temporaryDirectory();
  const size = 2_000_000;
  const err = openSync(join(base.path, 'err'), 'w');
  const line = `head -c ${size} /dev/zero & head -c ${size} /dev/zero >&2; wait`;
  const helper = await started(['ignore', 'pipe', err], ...relayed, shell(line));
  closeSync(err);
  // Nobody reads stdout yet.
  await until('all of stderr', () => statSync(join(base.path, 'err')).size === size);
  const chunks: Buffer[] = await collect(helper.stdout as never);
  assert.is(
    chunks.reduce((sum, { length }) => sum + length, 0),
    size,
  );
  assert.is((await helper.wait()).code, 0);
});

test('a closed stdout gives the program SIGPIPE, and stderr goes on', async () => {
  await using base = await temporaryDirectory();
  const err = openSync(join(base.path, 'err'), 'w');
  const line = 'sh -c "yes; true" & wait $!; (exec yes); echo "ended with $?" >&2';
  const helper = await started(['ignore', 'pipe', err], ...relayed, shell(line));
  closeSync(err);
  helper.stdout?.destroy();
  assert.is((await helper.wait()).code, 0);
  assert.match(await readFile(join(base.path, 'err'), 'utf8'), /ended with 141/);
});

test('signals go to the program', async () => {
  for (const relay of [relayed, direct]) {
    for (const [signal, code] of [
      ['SIGTERM', 41],
      ['SIGHUP', 42],
      ['SIGUSR1', 43],
    ] as const) {
      // prettier-ignore
      const traps = 'trap "exit 41" TERM; trap "exit 42" HUP; trap "exit 43" USR1';
      const line = `${traps}; echo ready; while :; do sleep 0.02; done`;
      const helper = await started(['ignore', 'pipe', 'inherit'], ...relay, shell(line));
      await once(helper.stdout as never, 'data');
      assert.ok(helper.kill(signal));
      assert.is((await helper.wait()).code, code, signal);
    }
  }
});

test('a signal that the program does not catch ends it, and the code says so', async () => {
  const helper = await started(undefined, ...direct, shell('exec sleep 100'));
  helper.kill('SIGINT');
  assert.equal(await helper.wait(), { code: 130, signal: 2, oomKilled: false });
});

test('the program has no signal blocked or ignored, and no descriptor but the three', async () => {
  const line = 'grep -E "^Sig(Blk|Ign)" /proc/self/status; exec ls /proc/self/fd';
  for (const relay of [relayed, direct]) {
    const helper = await started(['ignore', 'pipe', 'inherit'], ...relay, shell(line));
    const output = Buffer.concat(await collect(helper.stdout as never)).toString();
    const none = '\t0000000000000000\n';
    assert.is(output, `SigBlk:${none}SigIgn:${none}0\n1\n2\n3\n`);
  }
});

test('started is reported once, with the pid of the program on the host', async () => {
  const helper = await started(undefined, ...direct, shell('exec sleep 100'));
  const report = await helper.report(isStarted);
  const name = readFileSync(`/proc/${report?.pid}/comm`, 'utf8');
  // Of the shell, or already of what it executes: no longer of the helper.
  assert.ok(['sh\n', 'sleep\n'].includes(name), name);
  // Its supervisor passes it on: who kills that one leaves the program, which nothing ties to it.
  helper.kill('SIGTERM');
  assert.is((await helper.wait()).code, 143);
});

/** A program that starts a helper with a plan, says its program's pid and waits. */
const author = `
import { Helper, supervise } from '@ctrkit/syscalls';
const helper = new Helper('supervise');
await helper.write(supervise(), ...JSON.parse(process.argv[1]));
const report = await helper.report(({ event }) => event === process.argv[2]);
console.log(report.pid);
setInterval(() => {}, 1000);
`;

for (const event of ['spawned', 'started'] as const) {
  test(`whoever wrote the plan dies after it was ${event}: so do the helper and the program`, async () => {
    const parentDeath: Operation = { op: 'parent-death', signal: 9 };
    const end = event === 'started' ? [shell('exec sleep 1000')] : [];
    const plan = JSON.stringify([spawning, parentDeath, ...end]);
    const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];
    const args = [...tsx, '--input-type=module', '-e', author, plan, event];
    const node = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(node.stdout, 'data')) as [Buffer];
    const program = identityOf(Number(pid));
    assert.ok(program && isAlive(program));
    node.kill('SIGKILL');
    await once(node, 'exit');
    await until('the end of the program', () => !isAlive(program));
  });
}

test.run();
