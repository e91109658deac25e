import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Helper, helperPath, streamBits } from '@ctrkit/syscalls';
import type { Attached } from '@ctrkit/syscalls';
import { asUser, needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, shell } from './plan-helpers.ts';
import { isEvent, start, stateOf, until, untilIdle } from './supervised.ts';
import type { StartOptions, Supervised } from './supervised.ts';

const all: Attached = { stdin: true, stdout: true, stderr: true };

/** Starts a program that others may attach to in a directory. */
function listen(
  directory: string,
  script: string,
  options: StartOptions = {},
): Promise<Supervised> {
  const { first = [], ...rest } = options;
  return start(
    { attached: {}, ...rest, first: [{ op: 'listen', directory }, ...first] },
    shell(script),
  );
}

const isAttached = isEvent('attached');

/** Attaches a client with streams of its own. */
async function attach(
  directory: string,
  attached: Attached = { stdout: true, stderr: true },
): Promise<Helper> {
  const helper = new Helper('attach', { stdio: ['pipe', 'pipe', 'pipe'] });
  const streams = streamBits(attached);
  await helper.write({ op: 'attach', directory, streams, detachKeys: Buffer.alloc(0) });
  helper.end();
  assert.ok(await helper.report(isAttached), 'attached');
  return helper;
}

/** Connects without descriptors, as one who only listens. */
async function connectTo(directory: string, ...words: readonly (string | number)[]) {
  const socket = connect(join(directory, 'attach'));
  socket.on('error', () => {});
  await once(socket, 'connect');
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
  });
  const say = (...what: readonly (string | number)[]): void =>
    void socket.write(
      Buffer.concat(
        what.map((one) => (typeof one === 'string' ? Buffer.from(one) : Buffer.of(one))),
      ),
    );
  say(...words);
  return {
    socket,
    say,
    events: () =>
      heard
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { event: string }).event),
    closed: new Promise((resolve) => socket.once('close', resolve)),
  };
}

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = async (stream: Readable | null): Promise<Buffer> =>
  Buffer.concat(await collect<Buffer>(stream as Readable));

/** Ends a program that waits for it. */
const end = async ({ helper }: Supervised): Promise<void> => {
  helper.kill('SIGTERM');
  await helper.wait();
};

test('a client sees what comes from now on, both streams, and hears how it ended', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(
    directory.path,
    'echo before; read x; echo out; echo err >&2; exit 4',
    {
      input: 'open',
      attached: { stdin: true, stdout: true },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  await once(supervised.helper.stdout as Readable, 'data');
  const client = await attach(directory.path);
  supervised.helper.stdin?.write('go\n');
  const [out, err] = await Promise.all([bytesOf(client.stdout), bytesOf(client.stderr)]);
  assert.equal([String(out), String(err)], ['out\n', 'err\n']);
  await client.wait();
  assert.equal(
    client.reports('exited').map(({ code, signal }) => [code, signal]),
    [[4, 0]],
  );
});

test('a client feeds stdin; `once` ends it with the first, `open` keeps it for the next', async () => {
  for (const [input, heard] of [
    ['once', 'one'],
    ['open', 'onetwo'],
  ] as const) {
    await using directory = await temporaryDirectory();
    const supervised = await listen(directory.path, 'cat; exec sleep 1000', {
      input,
      attached: { stdout: true },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    supervised.helper.stdout?.on('data', (chunk: Buffer) => (output += String(chunk)));
    for (const word of ['one', 'two']) {
      const client = await attach(directory.path, all);
      client.stdin?.on('error', () => {});
      client.stdin?.end(word);
      if (heard.includes(word)) await until(word, () => output.endsWith(word));
      client.kill('SIGTERM');
      await client.wait();
    }
    assert.is(output, heard, input);
    await end(supervised);
  }
});

test('fifty clients at once get every byte', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'read x; exec seq 20000', {
    input: 'open',
    attached: { stdin: true },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const clients = await Promise.all(Array.from({ length: 50 }, () => attach(directory.path)));
  const read = clients.map(async ({ stdout }) => sha256(await bytesOf(stdout)));
  supervised.helper.stdin?.write('go\n');
  assert.equal(await Promise.all(read), Array(50).fill(sha256(numbers(20_000))));
  for (const client of clients) {
    await client.wait();
    assert.is(client.reports('exited').length, 1);
  }
  await supervised.helper.wait();
});

test('a client that does not read holds up nobody, and gets every byte in order when it does', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'read x; exec seq 2000000', {
    input: 'open',
    attached: { stdin: true },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const [slow, fast] = [await attach(directory.path), await attach(directory.path)];
  supervised.helper.stdin?.write('go\n');
  const digest = sha256(numbers(2_000_000));
  assert.is(sha256(await bytesOf(fast.stdout)), digest);
  await fast.wait();
  assert.is(fast.reports('exited').length, 1);
  await until('the end', () => stateOf(supervised.program) === undefined);
  assert.equal(slow.reports('exited'), []);
  assert.is(sha256(await bytesOf(slow.stdout)), digest);
  await slow.wait();
  assert.is(slow.reports('exited').length, 1);
  await supervised.helper.wait();
});

test('clients that die leave nothing behind', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'exec yes', { input: 'open' });
  const descriptors = (): number => readdirSync(`/proc/${supervised.pid}/fd`).length;
  // Whoever is told that it is attached knows that the start, and what was open for it, is over.
  const staying = await attach(directory.path, {});
  const before = descriptors();
  for (let count = 0; count < 5; count++) {
    const client = await attach(directory.path, all);
    await once(client.stdout as Readable, 'readable');
    client.kill('SIGKILL');
    await client.wait().catch(() => {});
  }
  await until('what they had is closed', () => descriptors() === before);
  await end(supervised);
  await staying.wait();
});

test('words that follow the greeting at once are heard', async () => {
  for (const greeting of [
    ['a', 0, 0],
    ['a', 0, 2, 16, 17],
  ]) {
    await using directory = await temporaryDirectory();
    const supervised = await listen(directory.path, 'exec sleep 1000');
    const client = await connectTo(directory.path, ...greeting, 's', 10);
    await client.closed;
    assert.equal(client.events(), ['attached', 'signalled', 'exited']);
    assert.is((await supervised.helper.wait()).signal, 10);
  }
});

test('words that come in pieces, and words before a client goes, are heard', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'exec sleep 1000');
  const client = await connectTo(directory.path, 'a', 0, 0);
  client.say('w', 's', 0, 's', 0, 's');
  await until('two answers', () => client.events().length === 3);
  client.say(10);
  client.socket.end();
  assert.is((await supervised.helper.wait()).signal, 10);
});

test('signals are for the first process alone, and none that there is no such number of', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'exec sleep 1000');
  const client = await connectTo(directory.path, 'a', 0, 0, 's', 255, 's', 0);
  await until('answers', () => client.events().length === 3);
  assert.is(stateOf(supervised.program), 'S');
  client.say('s', 9);
  await client.closed;
  assert.equal((await supervised.helper.wait()).signal, 9);
});

for (const [what, words] of [
  ['another greeting', ['b', 0, 0]],
  ['half a greeting', ['a']],
  ['fewer keys than said', ['a', 0, 3, 1]],
  ['more keys than there may be', ['a', 0, 17, ...Array<number>(17).fill(1)]],
  ['streams that do not come with it', ['a', 2, 0]],
  ['more streams than there are', ['a', 8, 0]],
] as const) {
  test(`who says ${what} is shown out`, async () => {
    await using directory = await temporaryDirectory();
    const supervised = await listen(directory.path, 'exec sleep 1000');
    const client = await connectTo(directory.path, ...words);
    await client.closed;
    assert.equal(client.events(), []);
    await end(supervised);
  });
}

test('who says nothing costs nothing, and keeps nobody else from being served', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'exec sleep 1000');
  const silent = await Promise.all(Array.from({ length: 20 }, () => connectTo(directory.path)));
  await untilIdle(supervised.pid);
  const client = await connectTo(directory.path, 'a', 0, 0, 's', 15);
  await Promise.all([client, ...silent].map(({ closed }) => closed));
  assert.equal(client.events(), ['attached', 'signalled', 'exited']);
  await supervised.helper.wait();
});

test('who hears nothing of what it asks for costs nothing', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'exec sleep 1000');
  const client = await connectTo(directory.path, 'a', 0, 0);
  client.socket.pause();
  for (let count = 0; count < 10; count++) client.socket.write(Buffer.alloc(10_000, 's'));
  await until('all is said', () => client.socket.writableLength === 0);
  await untilIdle(supervised.pid);
  assert.is(stateOf(supervised.program), 'S');
  client.socket.destroy();
  await end(supervised);
});

test('more clients than there are descriptors: the supervisor waits, and goes on when some are gone', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'helper');
  writeFileSync(path, `#!/bin/sh\nulimit -n 24\nexec ${helperPath()} "$@"\n`);
  chmodSync(path, 0o755);
  const supervised = await listen(directory.path, 'exec sleep 1000', { path });
  const many = await Promise.all(
    Array.from({ length: 60 }, () => connectTo(directory.path, 'a', 0, 0)),
  );
  const served = (): number => many.filter(({ events }) => events().length > 0).length;
  await until('some are served', () => served() > 8);
  await untilIdle(supervised.pid);
  assert.ok(served() < 24);
  for (const { socket, events } of many) if (events().length > 0) socket.destroy();
  await until('others are served', () => served() > 24);
  for (const { socket } of many) socket.destroy();
  await end(supervised);
});

test('who attaches to nothing that listens is told so', async () => {
  await using directory = await temporaryDirectory();
  const helper = new Helper('attach');
  await helper.write({
    op: 'attach',
    directory: directory.path,
    streams: 0,
    detachKeys: Buffer.alloc(0),
  });
  helper.end();
  const error = (await helper.wait().catch((caught: unknown) => caught)) as {
    failure?: { errno: string };
  };
  assert.is(error.failure?.errno, 'ENOENT');
});

test('a client leaves when it is asked to, or when whoever started it is gone, and the program stays', async () => {
  await using directory = await temporaryDirectory();
  const supervised = await listen(directory.path, 'exec sleep 1000', { input: 'open' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const client = await attach(directory.path, all);
    client.kill(signal);
    assert.is((await client.wait()).code, 0);
    assert.equal(client.reports('exited'), []);
  }
  const client = await attach(directory.path);
  const { pid } = client;
  client.release();
  await until('its end', () => ['Z', undefined].includes(stateOf(pid)));
  assert.is(stateOf(supervised.program), 'S');
  await end(supervised);
});

test('a directory with a path that is too long for a socket', async () => {
  await using directory = await temporaryDirectory();
  const deep = join(directory.path, 'd'.repeat(120));
  mkdirSync(deep);
  const supervised = await listen(deep, 'echo there; exec sleep 1000');
  const client = await attach(deep);
  await end(supervised);
  await client.wait();
  assert.is(client.reports('exited')[0]?.signal, 15);
});

if (needs('root', 'unprivileged-user')) {
  test('another user is shown out, even where the directory is open to all', async () => {
    await using directory = await temporaryDirectory({ traversable: true });
    chmodSync(directory.path, 0o755);
    const supervised = await listen(directory.path, 'exec sleep 1000');
    const script = `
      const socket = require('node:net').connect(process.argv[1]);
      socket.on('connect', () => { console.log('connected'); socket.write(Buffer.from([97, 0, 0, 115, 9])); });
      socket.on('data', (chunk) => console.log(String(chunk)));
      socket.on('error', () => {}).on('close', () => console.log('closed'));`;
    const { stdout } = await asUser([
      process.execPath,
      '-e',
      script,
      join(directory.path, 'attach'),
    ]);
    assert.match(stdout, /^(connected\n)?closed\n$/);
    assert.is(stateOf(supervised.program), 'S');
    await end(supervised);
  });
}

test.run();
