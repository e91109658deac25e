import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  cloneFlags,
  encodePlan,
  Helper,
  helperPath,
  streamBits,
  supervise,
} from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { needs, temporaryDirectory, unprivilegedUser } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf, ownUserNamespace, shell } from './plan-helpers.ts';
import { openPty } from './pty.ts';
import type { Pty } from './pty.ts';
import { isEvent, start, stateOf, until, untilHeldUp, untilIdle } from './supervised.ts';
import type { StartOptions, Supervised } from './supervised.ts';

const uid = process.getuid?.() ?? 0;
const all = { stdin: true, stdout: true, stderr: true };

/** Privileges to mount, where we have none. */
const asRoot: Operation[] = uid === 0 ? [] : ownUserNamespace();

/** A mount namespace of our own, with a /dev/pts of its own: the host's is not touched. */
const inside: Operation[] = [
  { op: 'spawn', namespaces: cloneFlags.mount },
  { op: 'private-mounts' },
  { op: 'session' },
  { op: 'root-bind', path: '/', recursive: 1, attributes: 0 },
  { op: 'attach-root' },
  {
    op: 'mount',
    type: 'devpts',
    source: 'devpts',
    target: '/dev/pts',
    options: ['newinstance', 'ptmxmode=0666', 'mode=0620'],
    attributes: 0,
    follow: 0,
  },
  { op: 'terminal', console: 0 },
  { op: 'pivot' },
];

interface TerminalOptions extends Omit<StartOptions, 'path'> {
  readonly last?: Operation;
}

/** Sends the plan of a program with a terminal, whose author's terminal is `pty`. */
async function send(
  pty: Pty | undefined,
  script: string,
  { first = [], last = shell(script), ...options }: TerminalOptions = {},
): Promise<Helper> {
  const stdio =
    pty === undefined
      ? (['ignore', 'ignore', 'ignore'] as const)
      : ([pty.fd, pty.fd, pty.fd] as const);
  const helper = new Helper('supervise', { stdio });
  const attached = pty === undefined ? {} : all;
  await helper.write(
    ...first,
    supervise({ streams: 'terminal', input: 'open', attached, ...options }),
    ...asRoot,
    ...inside,
    last,
  );
  helper.end();
  return helper;
}

async function run(
  pty: Pty | undefined,
  script: string,
  options: TerminalOptions = {},
): Promise<Supervised> {
  const helper = await send(pty, script, options);
  const started = await helper.report(isEvent('started'));
  if (started === undefined) {
    throw new Error(`it did not start: ${JSON.stringify(await helper.wait())}`);
  }
  return { helper, pid: helper.pid, program: started.pid };
}

async function attach(directory: string, pty: Pty, detachKeys = Buffer.alloc(0)): Promise<Helper> {
  const helper = new Helper('attach', { stdio: [pty.fd, pty.fd, pty.fd] });
  await helper.write({ op: 'attach', directory, streams: streamBits(all), detachKeys });
  helper.end();
  assert.ok(await helper.report(isEvent('attached')));
  return helper;
}

const keys = Buffer.from([16, 17]);
const [ctrlC, ctrlD, ctrlP, ctrlQ, ctrlS] = ['\x03', '\x04', '\x10', '\x11', '\x13'] as const;

if (needs('command:script', uid === 0 ? 'root' : 'user-namespaces')) {
  test('a program’s terminal has the size of its user’s before the program starts', async () => {
    using pty = await openPty();
    pty.resize(111, 33);
    const { helper } = await run(pty, 'stty size; tty; test -t 0 -a -t 1 -a -t 2 && echo all');
    assert.is((await helper.wait()).code, 0);
    await pty.shows(/^33 111\r\n\/dev\/pts\/0\r\nall\r\n$/);
  });

  test('it has the size of the user’s input where output is no terminal', async () => {
    using pty = await openPty();
    pty.resize(99, 22);
    const helper = new Helper('supervise', { stdio: [pty.fd, 'pipe', 'pipe'] });
    await helper.write(
      supervise({ streams: 'terminal', input: 'open', attached: all }),
      ...asRoot,
      ...inside,
      shell('stty size; trap "stty size; exit 0" WINCH; while :; do sleep 0.05; done'),
    );
    helper.end();
    let output = '';
    helper.stdout?.on('data', (chunk: Buffer) => (output += String(chunk)));
    await until('a size', () => output === '22 99\r\n');
    pty.resize(98, 21);
    helper.kill('SIGWINCH');
    assert.is((await helper.wait()).code, 0);
    assert.is(output, '22 99\r\n21 98\r\n');
  });

  test('a change of size comes to the program', async () => {
    using pty = await openPty();
    const { helper } = await run(
      pty,
      'trap "stty size; exit 0" WINCH; echo ready; while :; do sleep 0.05; done',
    );
    await pty.shows('ready');
    pty.resize(70, 17);
    helper.kill('SIGWINCH');
    assert.is((await helper.wait()).code, 0);
    await pty.shows(/17 70\r\n$/);
  });

  test('the user’s terminal is raw while the program runs: every key is the program’s', async () => {
    using pty = await openPty();
    const before = pty.modes();
    const { helper } = await run(
      pty,
      'trap "echo interrupted; exit 6" INT; echo ready; while :; do sleep 0.05; done',
    );
    await pty.shows('ready');
    assert.ok(pty.isRaw());
    await pty.type(ctrlC);
    assert.is((await helper.wait()).code, 6);
    await pty.shows('interrupted');
    assert.is(pty.modes(), before);
  });

  test('what is typed is echoed by the program’s terminal alone', async () => {
    using pty = await openPty();
    const { helper } = await run(pty, 'echo ready; exec cat');
    await pty.shows('ready\r\n');
    await pty.type('word\r');
    await pty.shows('word\r\nword\r\n');
    await pty.type(ctrlD);
    assert.is((await helper.wait()).code, 0);
    await pty.shows(/^ready\r\nword\r\nword\r\n$/);
  });

  test('without a stdin, the user’s terminal stays as it is', async () => {
    using pty = await openPty();
    const before = pty.modes();
    const { helper } = await run(pty, 'echo ready; exec sleep 1000', { input: 'none' });
    await pty.shows('ready');
    assert.is(pty.modes(), before);
    helper.kill('SIGTERM');
    await helper.wait();
  });

  for (const [what, options, failure] of [
    [
      'the program cannot be executed',
      { last: { ...shell(''), candidates: ['/nowhere'] } },
      'execute ENOENT',
    ],
    ['the plan breaks off', { last: { op: 'umask', mask: 0 } }, 'end ECANCELED'],
    [
      'the supervisor fails',
      { first: [{ op: 'log', directory: '/nowhere', size: 1n, files: 1 }] },
      'supervise ENOENT',
    ],
  ] as const satisfies readonly (readonly [string, TerminalOptions, string])[]) {
    test(`the user’s terminal is restored when ${what}`, async () => {
      using pty = await openPty();
      const before = pty.modes();
      const helper = await send(pty, 'true', options);
      assert.is(await failureOf(helper.wait()), failure);
      assert.is(pty.modes(), before);
    });
  }

  test('the user’s terminal is restored when the program is killed, and when its author lets go', async () => {
    for (const how of ['kill', 'release'] as const) {
      using pty = await openPty();
      const before = pty.modes();
      const { helper, program } = await run(pty, 'exec sleep 1000', { tied: false });
      assert.ok(pty.isRaw());
      if (how === 'kill') helper.kill('SIGTERM');
      else helper.release();
      await until('its modes', () => pty.modes() === before);
      if (how === 'release') {
        assert.is(stateOf(program), 'S');
        process.kill(program, 'SIGKILL');
      } else await helper.wait();
    }
  });

  test('detach keys leave the program running, however they are split', async () => {
    for (const typed of [
      [ctrlP + ctrlQ],
      [ctrlP, ctrlQ],
      [`x${ctrlP}`, `${ctrlQ}y`],
      [ctrlP, ctrlP + ctrlQ],
    ]) {
      using pty = await openPty();
      const before = pty.modes();
      const { helper, program } = await run(pty, 'echo ready; exec cat', { detachKeys: keys });
      await pty.shows('ready');
      for (const part of typed) {
        await pty.type(part);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.ok(await helper.report(isEvent('detached')), JSON.stringify(typed));
      assert.is(pty.modes(), before, 'before it is told');
      helper.release();
      assert.is(stateOf(program), 'S');
      process.kill(program, 'SIGKILL');
    }
  });

  test('what only begins like the detach keys is the program’s', async () => {
    using pty = await openPty();
    const { helper } = await run(pty, 'stty raw -echo; echo ready; head -c 5 | od -An -tx1', {
      detachKeys: keys,
    });
    await pty.shows('ready');
    await pty.type(`a${ctrlP}`);
    await pty.type(`b${ctrlQ}${ctrlP}`);
    await pty.type('c');
    await pty.shows('61 10 62 11 10');
    assert.is((await helper.wait()).code, 0);
    assert.equal(helper.reports('detached'), []);
  });

  test('a client at another terminal: its size, its keys, and its terminal as it was', async () => {
    await using directory = await temporaryDirectory();
    using pty = await openPty();
    pty.resize(60, 15);
    const before = pty.modes();
    const listen: Operation = { op: 'listen', directory: directory.path };
    const supervised = await run(
      undefined,
      'trap "stty size" WINCH; while :; do read line && echo "got $line"; done',
      { first: [listen], tied: false },
    );
    const client = await attach(directory.path, pty, keys);
    await until('raw', () => pty.isRaw());
    await pty.shows('15 60');
    await pty.type('word\r');
    await pty.shows('got word');
    pty.resize(61, 16);
    client.kill('SIGWINCH');
    await pty.shows('16 61');
    await pty.type(ctrlP + ctrlQ);
    assert.ok(await client.report(isEvent('detached')));
    assert.is(pty.modes(), before);
    client.kill('SIGTERM');
    await client.wait();
    supervised.helper.kill('SIGKILL');
    await supervised.helper.wait().catch(() => {});
    process.kill(supervised.program, 'SIGKILL');
  });

  for (const [what, ending] of [
    ['the client is asked to leave', (client: Helper) => client.kill('SIGTERM')],
    ['the client is killed', (client: Helper) => client.kill('SIGKILL')],
    ['the supervisor is killed', (_: Helper, { helper }: Supervised) => helper.kill('SIGKILL')],
    ['the program ends', (_: Helper, { helper }: Supervised) => helper.kill('SIGTERM')],
  ] as const) {
    test(`a client’s terminal is restored when ${what}`, async () => {
      await using directory = await temporaryDirectory();
      using pty = await openPty();
      const before = pty.modes();
      const listen: Operation = { op: 'listen', directory: directory.path };
      const supervised = await run(undefined, 'exec sleep 1000', { first: [listen] });
      const client = await attach(directory.path, pty);
      await until('raw', () => pty.isRaw());
      ending(client, supervised);
      await client.wait().catch(() => {});
      if (what === 'the client is killed') await until('its modes', () => pty.modes() === before);
      assert.is(pty.modes(), before);
      if (stateOf(supervised.program) !== undefined) process.kill(supervised.program, 'SIGKILL');
      await supervised.helper.wait().catch(() => {});
    });
  }

  test('a terminal that shows nothing more holds its program up, costs nothing, and loses nothing', async () => {
    using pty = await openPty();
    const { helper, pid, program } = await run(pty, 'stty -onlcr; exec seq 100000', {
      input: 'none',
    });
    pty.hang();
    await untilHeldUp(program);
    await untilIdle(pid);
    pty.resume();
    assert.is((await helper.wait()).code, 0);
    await pty.shows(/\n100000\r?\n$/);
    const lines = pty.shown().trim().split(/\r?\n/);
    assert.is(lines.length, 100_000);
    assert.ok(lines.every((line, index) => Number(line) === index + 1));
  });

  test('the program’s terminal outlives its first user of it', async () => {
    await using directory = await temporaryDirectory();
    const log: Operation = { op: 'log', directory: directory.path, size: 1n << 30n, files: 1 };
    const script = 'exec >&- 2>&- <&-; sleep 0.2; echo again >/dev/tty';
    const { helper } = await run(undefined, script, { first: [log], tied: false });
    assert.is((await helper.wait()).code, 0);
    assert.match(readFileSync(join(directory.path, 'log'), 'utf8'), /"again\\r\\n"/);
  });

  test('what was written last is there, also when the program was killed', async () => {
    for (let count = 0; count < 10; count++) {
      using pty = await openPty();
      const { helper } = await run(pty, 'seq 300; echo last; kill -9 $$');
      assert.is((await helper.wait()).signal, 9);
      await pty.shows('last\r\n');
    }
  });
}

if (needs('command:script')) {
  test('Ctrl-S at the owner’s terminal keeps no signal from the program, and its end is recorded', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'exit.json');
    const plan = encodePlan([{ op: 'record-exit', paths: [path] }]);
    using pty = await openPty();
    const { helper, program } = await start(
      { stdio: ['ignore', pty.fd, pty.fd], first: [{ op: 'at-end', plan }] },
      shell('exec seq 1000000000'),
    );
    await pty.shows('\n1000\r\n');
    await pty.type(ctrlS);
    await untilHeldUp(program);
    helper.kill('SIGTERM');
    await until('the record', () => existsSync(path));
    assert.equal(helper.reports('exited'), []);
    await pty.type(ctrlQ);
    assert.is((await helper.wait()).signal, 15);
    const lines = pty.shown().trim().split('\r\n').slice(0, -1);
    assert.ok(lines.every((line, index) => Number(line) === index + 1));
  });

  test('a client stopped by Ctrl-S holds up nobody, and sees all of it later', async () => {
    await using directory = await temporaryDirectory();
    const logs = join(directory.path, 'logs');
    mkdirSync(logs);
    using pty = await openPty();
    const supervised = await start(
      {
        stdio: ['pipe', 'ignore', 'ignore'],
        input: 'open',
        attached: { stdin: true },
        first: [
          { op: 'listen', directory: directory.path },
          { op: 'log', directory: logs, size: 1n << 30n, files: 1 },
        ],
      },
      shell('read line; exec seq 50000'),
    );
    const helper = new Helper('attach', { stdio: ['ignore', pty.fd, pty.fd] });
    const streams = streamBits({ stdout: true, stderr: true });
    const detachKeys = Buffer.alloc(0);
    await helper.write({ op: 'attach', directory: directory.path, streams, detachKeys });
    helper.end();
    await helper.report(isEvent('attached'));
    await pty.type(ctrlS);
    supervised.helper.stdin?.write('go\n');
    await until('the end', () => stateOf(supervised.program) === undefined);
    await untilIdle(supervised.pid);
    await pty.type(ctrlQ);
    await helper.wait();
    assert.is(helper.reports('exited').length, 1);
    await pty.shows('\n50000\r\n');
    await supervised.helper.wait();
  });
}

if (needs('command:script', 'root', 'unprivileged-user')) {
  test('a terminal that is another user’s, as after su: it holds nobody up, and its flags stay', async () => {
    await using directory = await temporaryDirectory({ traversable: true });
    const path = join(directory.path, 'helper');
    copyFileSync(helperPath(), `${path}.bin`);
    const user = unprivilegedUser();
    const become = `setpriv --reuid ${user.uid} --regid ${user.gid} --clear-groups`;
    writeFileSync(path, `#!/bin/sh\nexec ${become} ${path}.bin "$@"\n`);
    for (const file of [path, `${path}.bin`, directory.path]) chmodSync(file, 0o755);
    using pty = await openPty();
    const flags = (): string => readFileSync(`/proc/self/fdinfo/${pty.fd}`, 'utf8');
    const before = flags();
    const { helper, pid, program } = await start(
      { stdio: ['ignore', pty.fd, pty.fd], path },
      shell('exec seq 1000000000'),
    );
    await pty.shows('\n1000\r\n');
    await pty.type(ctrlS);
    await untilHeldUp(program);
    await untilIdle(pid);
    assert.is(flags(), before);
    process.kill(pid, 'SIGTERM');
    await until('the end', () => stateOf(program) === undefined);
    await pty.type(ctrlQ);
    assert.is((await helper.wait()).signal, 15);
    assert.is(flags(), before);
  });
}

test.run();
