import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import {
  freeMemory,
  Helper,
  helperPath,
  runDetached,
  runPlan,
  supervise,
  walkTree,
} from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { asUser, needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directory, shell } from './plan-helpers.ts';

const root: Operation = { op: 'root', path: '/' };
const spawning: Operation = { op: 'spawn', namespaces: 0 };
// What translates TypeScript is not there in a worker, nor without a directory to look into.
const built = new URL('../dist/index.js', import.meta.url).href;
const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));

// Of those kinds that a helper needs: what translates TypeScript opens some too, and closes them when it is done.
const ours = `(() => {
  const { readdirSync, readlinkSync } = process.getBuiltinModule('node:fs');
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; }
  });
  return links.filter((link) => /^socket:|pidfd/.test(link)).length;
})()`;
const openDescriptors = (): number => Number(runInThisContext(ours));

/** Our children that nobody has waited for. */
function zombies(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return state === 'Z' && Number(parent) === process.pid ? [stat] : [];
      } catch {
        return [];
      }
    });
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a module that imports this package as `syscalls`, by a Node of its own. */
function runModule(text: string, flags: readonly string[] = [], before: string[] = []): Outcome {
  return runScript(`import * as syscalls from ${JSON.stringify(index)};\n${text}`, flags, before);
}

function runScript(source: string, flags: readonly string[] = [], before: string[] = []): Outcome {
  const node = ['--import', 'tsx', '--conditions=@ctrkit/source', ...flags];
  const [command = '', ...args] = [...before, process.execPath, ...node];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const all = [...args, '--input-type=module', '-e', source];
  return spawnSync(command, all, { encoding: 'utf8', cwd });
}

test('two hundred helpers at once: each is heard, and nothing of them stays', async () => {
  const before = openDescriptors();
  const plan = [supervise(), spawning, shell('exit 7')];
  const exits = await Promise.all(Array.from({ length: 200 }, () => runPlan('supervise', plan)));
  assert.equal(new Set(exits.map(({ code }) => code)), new Set([7]));
  const isTidy = (): boolean => zombies().length === 0 && openDescriptors() <= before;
  for (let tries = 0; !isTidy() && tries < 500; tries++) await sleep(10);
  assert.equal(zombies(), []);
  assert.ok(openDescriptors() <= before, 'a descriptor was left open');
});

test('a plan of many parts arrives whole, however slowly it is read', async () => {
  await using there = await temporaryDirectory();
  const helper = new Helper('tree');
  await helper.write({ op: 'root', path: there.path });
  const names = Array.from({ length: 30_000 }, (_, number) => `directory-${number}`);
  await Promise.all(names.map((name) => helper.write(directory(name))));
  helper.end();
  assert.is((await helper.wait()).code, 0);
  assert.is(readdirSync(there.path).length, names.length);
});

test('what is written after the end goes nowhere, and holds nobody up', async () => {
  const helper = new Helper('tree');
  await helper.write(root);
  helper.end();
  await helper.write(directory('never'));
  assert.is((await helper.wait()).code, 0);
});

test('a detached helper outlives who started it, and a process that lives on reaps it', async () => {
  await using there = await temporaryDirectory();
  const plan = (name: string): Operation[] => [{ op: 'root', path: there.path }, directory(name)];
  runDetached('tree', plan('ours'));
  const other = `syscalls.runDetached('tree', ${JSON.stringify(plan('theirs'))});`;
  assert.equal([runModule(other).status, runModule(other).stderr], [0, '']);
  const isDone = (): boolean => readdirSync(there.path).length === 2 && zombies().length === 0;
  for (let tries = 0; !isDone() && tries < 500; tries++) await sleep(10);
  assert.equal(readdirSync(there.path).toSorted(), ['ours', 'theirs']);
  assert.equal(zombies(), []);
});

test('streams of a helper carry what is written to them, and end', async () => {
  const helper = new Helper('supervise', { stdio: ['pipe', 'pipe', 'pipe'] });
  await helper.write(supervise(), spawning, shell('cat; echo over >&2'));
  helper.end();
  const text = async (stream: AsyncIterable<Buffer> | null): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream ?? []) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const said = 'a line\n'.repeat(100_000);
  helper.stdin?.end(said);
  const [out, err] = await Promise.all([text(helper.stdout), text(helper.stderr)]);
  assert.is(out, said);
  assert.is(err, 'over\n');
  assert.is((await helper.wait()).code, 0);
});

test('a program that reads none of its input ends as any other', async () => {
  const helper = new Helper('supervise', { stdio: ['pipe', 'pipe', 'inherit'] });
  await helper.write(supervise(), spawning, shell('exit 4'));
  helper.end();
  helper.stdin?.on('error', () => {});
  helper.stdin?.write('for nobody\n');
  helper.stdout?.resume();
  assert.is((await helper.wait()).code, 4);
  await sleep(50);
});

if (needs('unprivileged-user')) {
  test('it starts where nobody may go any more', async () => {
    const there = 'mkdir there && cd there && chmod 0 . && exec "$@"';
    const source = `import { runPlan } from ${JSON.stringify(built)};
      console.log((await runPlan('tree', [{ op: 'root', path: '/' }])).code);`;
    const node = [process.execPath, '--input-type=module', '-e', source];
    const { stdout, stderr } = await asUser(['sh', '-c', there, 'sh', ...node]);
    assert.equal([stdout, stderr], ['0\n', '']);
  });
}

test('descriptors may be given in any order', async () => {
  const helper = new Helper('supervise', { stdio: ['ignore', 2, 1] });
  await helper.write(
    supervise(),
    spawning,
    shell('readlink /proc/self/fd/1 /proc/$$/fd/2 >/dev/null'),
  );
  helper.end();
  assert.is((await helper.wait()).code, 0);
  const swapped = `
    const { Helper, supervise } = syscalls;
    const helper = new Helper('supervise', { stdio: ['ignore', 2, 1] });
    const execute = ${JSON.stringify(shell('echo out; echo err >&2'))};
    await helper.write(supervise(), { op: 'spawn', namespaces: 0 }, execute);
    helper.end();
    await helper.wait();`;
  const { stdout, stderr } = runModule(swapped);
  assert.equal([stdout, stderr], ['err\n', 'out\n']);
});

const asks = `console.log((await syscalls.runPlan('tree', [{ op: 'root', path: '/' }])).code);`;

test('a process that was started with SIGCHLD ignored hears of its helpers nevertheless', () => {
  const { stdout, stderr } = runModule(asks, [], ['env', '--ignore-signal=CHLD']);
  assert.equal([stdout, stderr], ['0\n', '']);
});

test('a Node that loads no addons is told so', () => {
  const { status, stderr } = runModule(
    `try { ${asks} } catch (error) { console.error(error.code, error.message, error.hint); process.exit(3); }`,
    ['--no-addons'],
  );
  assert.is(status, 3);
  assert.match(
    stderr,
    /^HELPER_MISSING .*ctr-child\.node could not be loaded by this Node.*--no-addons/,
  );
});

test('out of descriptors, the limit is named and nothing is left open', async () => {
  const { stdout, stderr } = runModule(
    `const before = ${ours};
    const helpers = [];
    try { for (;;) helpers.push(new syscalls.Helper('tree')); } catch (error) { console.log(error.code, error.message); }
    for (const helper of helpers) helper.end();
    await Promise.all(helpers.map((helper) => helper.wait()));
    console.log(${ours} <= before);`,
    [],
    ['sh', '-c', 'ulimit -n 100; exec "$@"', 'sh'],
  );
  assert.is(stderr, '');
  assert.is(stdout, 'HELPER_MISSING ctr-helper could not be started: EMFILE\ntrue\n');
});

test('a worker has helpers of its own, and may be ended in the middle', async () => {
  const source = `
    const { parentPort } = require('node:worker_threads');
    const addon = { exports: {} };
    process.dlopen(addon, ${JSON.stringify(helperPath().replace('ctr-helper', 'ctr-child.node'))});
    const ends = new Int32Array(2);
    addon.exports.pair(ends);
    const handle = addon.exports.watch(ends[0], () => parentPort.postMessage('ready'));
    addon.exports.want(handle, 1);
    addon.exports.write(ends[1], [Buffer.from('x')], 0);`;
  for (let count = 0; count < 5; count++) {
    const worker = new Worker(source, { eval: true });
    assert.is(await new Promise((resolve) => worker.once('message', resolve)), 'ready');
    assert.is(await worker.terminate(), 1);
  }
});

test('a worker that is the only one with helpers ends with one still there, and the process lives', () => {
  const worker = (then: string): string => `
    const { Helper } = await import(${JSON.stringify(built)});
    const { parentPort } = await import('node:worker_threads');
    const helper = new Helper('tree');
    parentPort.postMessage(helper.pid);
    ${then}`;
  for (const then of ['await helper.wait();', 'helper.release();']) {
    const source = JSON.stringify(`data:text/javascript,${encodeURIComponent(worker(then))}`);
    const { status, stdout, stderr } = runScript(`
      import { Worker } from 'node:worker_threads';
      const before = ${ours};
      const worker = new Worker(new URL(${source}), { execArgv: [] });
      await new Promise((resolve) => worker.once('message', resolve));
      if (${then.includes('wait')}) await worker.terminate();
      else await new Promise((resolve) => worker.once('exit', resolve));
      console.log('lives', ${ours} <= before);`);
    assert.equal([status, stdout, stderr], [0, 'lives true\n', ''], then);
  }
});

test('a program that inherits standard streams finds them as it expects, whatever Node made of them', async () => {
  await using there = await temporaryDirectory();
  const numbers = Array.from({ length: 100_000 }, (_, number) => String(number + 1));
  const script = `
    console.log('0');
    const { Helper, supervise } = syscalls;
    const helper = new Helper('supervise', { stdio: ['inherit', 'inherit', 'inherit'] });
    const execute = ${JSON.stringify(shell('exec seq 100000'))};
    await helper.write(supervise(), { op: 'spawn', namespaces: 0 }, execute);
    helper.end();
    console.error((await helper.wait()).code);`;
  // A reader that is slow to begin: a pipe holds a tenth of it.
  const slowly = ['sh', '-c', `"$@" | { sleep 1; cat; } > ${there.path}/out`, 'sh'];
  assert.is(runModule(script, [], slowly).stderr, '0\n');
  const out = readFileSync(`${there.path}/out`, 'utf8').trimEnd().split('\n');
  assert.is(out.length, numbers.length + 1);
  assert.is(out.at(-1), numbers.at(-1));
});

test('helpers that end before their plan does, and walks that nobody reads to the end, leave nothing open', async () => {
  const before = openDescriptors();
  for (let count = 0; count < 5; count++) {
    const helper = new Helper('tree', { stdio: ['pipe', 'inherit', 'inherit'] });
    helper.stdin?.on('error', () => {});
    await helper.write(root);
    helper.kill('SIGKILL');
    assert.is((await helper.wait().catch((error: unknown) => error as { code: string })).code, 'HELPER_DIED'); // prettier-ignore
    for await (const record of walkTree([{ op: 'root', path: '/usr' }])) if (record.kind) break;
  }
  for (let tries = 0; openDescriptors() > before && tries < 500; tries++) await sleep(10);
  assert.ok(openDescriptors() <= before, 'a descriptor was left open');
});

test('a helper whose end somebody else waited for is said to have ended, once', () => {
  const { status, stdout, stderr } = runModule(`
    const addon = { exports: {} };
    process.dlopen(addon, ${JSON.stringify(helperPath().replace('ctr-helper', 'ctr-child.node'))});
    const helper = new syscalls.Helper('tree');
    helper.kill('SIGKILL');
    while (addon.exports.reap(helper.pid) < 0);
    await helper.wait().catch((error) => console.log(error.code, error.message));`);
  assert.equal([status, stderr], [0, '']);
  assert.is(
    stdout,
    'HELPER_DIED how ctr-helper ended is not known: something else waited for it (ECHILD)\n',
  );
});

if (needs('command:perl')) {
  test('a helper whose tracer takes its time holds nothing up', async () => {
    const helper = new Helper('tree');
    // ptrace(PTRACE_SEIZE, pid, 0, 0), and nothing more is done.
    const call = process.arch === 'arm64' ? 117 : 101;
    const seize = `$| = 1; print syscall(${call}, 0x4206, ${helper.pid}, 0, 0); sleep`;
    const tracer = spawn('perl', ['-e', seize], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.is(String(await once(tracer.stdout, 'data')), '0');
    helper.kill('SIGKILL');
    let hasEnded = false;
    const ended = helper.wait().catch((error: unknown) => {
      hasEnded = true;
      return error as { code: string };
    });
    // Whoever waited here until it may be reaped would never come back.
    await sleep(50);
    assert.is(hasEnded, false);
    tracer.kill('SIGKILL');
    assert.is((await ended).code, 'HELPER_DIED');
  });
}

test('bytes of the pool that Node shares are not freed', () => {
  const before = Buffer.allocUnsafe(8);
  const ofOnePool = [before];
  for (let last = before; last.byteOffset + last.length < last.buffer.byteLength;) {
    last = Buffer.allocUnsafe(8);
    ofOnePool.push(last);
  }
  freeMemory(ofOnePool.at(-1) ?? before);
  assert.equal(new Set(ofOnePool.map(({ length }) => length)), new Set([8]));
});

test.run();
