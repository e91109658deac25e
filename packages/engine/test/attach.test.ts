import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attachContainer, createContainer, findContainer, killContainer, runContainer, stopContainer, waitContainer } from '../src/index.ts'; // prettier-ignore
import type { Attachment, AttachToOptions } from '../src/index.ts';
import { codeOf } from './fixture.ts';
import { canRun, inAnotherProcess, inWorld, killRecorded, nodeArguments, outputOf, until, untilItWrote } from './world.ts'; // prettier-ignore
import type { World } from './world.ts';

/** Attaches with streams of its own. */
const attach = (world: World, id: string, options: AttachToOptions = {}): Promise<Attachment> =>
  attachContainer(world, id, { output: 'pipe', input: 'none', ...options });

const read = (stream: Readable | null): Promise<string> => text(stream as Readable);

/** Collects what somebody attached sees; stdout and stderr are one here. */
function seenBy({ stdout, stderr }: Attachment): () => string {
  let seen = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk));
  }
  return () => seen;
}

const numbers = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
// Compared as a whole: to show where such texts differ takes longer than any test may.
const isWhole = (seen: string): boolean => seen === numbers;
/** Writes more than any pipe holds once it is told to, and ends. */
const flood = 'echo up; read go; seq 1 100000; exit 3';
const echo = 'echo up; while read line; do echo "got $line"; done; echo end; exit 4';
const keys = Buffer.from([16, 17]);

async function connected(world: World, id: string): Promise<Socket> {
  const directory = openSync(join(world.run, 'containers', id), 'r');
  const socket = connect(`/proc/self/fd/${directory}/attach`);
  await once(socket, 'connect');
  closeSync(directory);
  // Who is refused may be cut off.
  return socket.on('error', () => {});
}

const ended = (socket: Socket): Promise<unknown> =>
  socket.closed
    ? Promise.resolve()
    : new Promise((closed) => socket.resume().once('close', closed));

if (canRun()) {
  inWorld('several see the same bytes, from when they attach', async (world) => {
    const id = await world.detached(flood, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    const clients = [await attach(world, id), await attach(world, id), await attach(world, id, { input: 'pipe' })]; // prettier-ignore
    const seen = clients.map(({ stdout }) => read(stdout));
    clients[2]?.stdin?.write('go\n');
    assert.ok((await Promise.all(seen)).every(isWhole));
    for (const client of clients) {
      const end = { code: 3, signal: 0, oomKilled: false, warnings: [] };
      assert.equal(await client.wait(), end);
    }
    assert.ok(outputOf(world, id) === `up\n${numbers}`);
  });

  inWorld('stdout and stderr stay apart', async (world) => {
    const id = await world.detached('echo up; read go; echo out; echo err >&2', { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    const client = await attach(world, id, { input: 'pipe' });
    const seen = [read(client.stdout), read(client.stderr)];
    client.stdin?.write('go\n');
    assert.equal(await Promise.all(seen), ['out\n', 'err\n']);
    await client.wait();
  });

  inWorld('who does not read holds up nobody, and gets everything when it does', async (world) => {
    const id = await world.detached(flood, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    const slow = await attach(world, id);
    const quick = await attach(world, id, { input: 'pipe' });
    const seen = read(quick.stdout);
    quick.stdin?.write('go\n');
    assert.is(await waitContainer(world, id), 3);
    assert.is(findContainer(world, id).state.status, 'exited');
    assert.ok(isWhole(await seen));
    const end = { code: 3, signal: 0, oomKilled: false, warnings: [] };
    assert.equal(await quick.wait(), end);
    assert.ok(outputOf(world, id) === `up\n${numbers}`);
    // What had no room in a pipe was kept for it.
    assert.ok(isWhole(await read(slow.stdout)));
    assert.equal(await slow.wait(), end);
  });

  inWorld('who does not read does not hold up whose the container is', async (world) => {
    const container = await world.start(flood, { output: 'none', stdin: 'open' });
    await untilItWrote(world, container.id, 'up');
    const slow = await attach(world, container.id);
    const quick = await attach(world, container.id, { input: 'pipe' });
    const seen = read(quick.stdout);
    quick.stdin?.write('go\n');
    await seen;
    assert.is(await waitContainer(world, container.id), 3);
    const timer = new Promise((resolve) => setTimeout(resolve, 10_000, 'held up').unref());
    const first = await Promise.race([container.wait(), timer]);
    slow.close();
    await slow.wait();
    assert.equal(first, { code: 3, signal: 0, oomKilled: false, warnings: [] });
  });

  inWorld('who is killed holds up nobody', async (world) => {
    const id = await world.detached(flood, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    const program = `
      await ctr.attachContainer(engine, parameters.id, { output: 'pipe', input: 'none' });
      process.stdout.write('attached');
      setInterval(() => {}, 1000);
    `;
    const dead = inAnotherProcess(world, program, { id });
    await once(dead.stdout as Readable, 'data');
    dead.kill('SIGKILL');
    await once(dead, 'exit');
    const client = await attach(world, id, { input: 'pipe' });
    const seen = read(client.stdout);
    client.stdin?.write('go\n');
    assert.ok(isWhole(await seen));
    assert.is(await waitContainer(world, id), 3);
    await client.wait();
  });

  inWorld('who stops reading in the middle is left behind', async (world) => {
    const id = await world.detached(flood, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    const fickle = await attach(world, id, { input: 'pipe' });
    fickle.stdin?.write('go\n');
    await once(fickle.stdout as Readable, 'data');
    fickle.stdout?.destroy();
    assert.is(await waitContainer(world, id), 3);
    assert.ok(outputOf(world, id) === `up\n${numbers}`);
    await fickle.wait();
  });

  inWorld('what several type reaches it, and its answers reach all', async (world) => {
    const id = await world.detached(echo, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    const [one, two] = [await attach(world, id, { input: 'pipe' }), await attach(world, id, { input: 'pipe' })]; // prettier-ignore
    const seen = [seenBy(one), seenBy(two)];
    one.stdin?.write('one\n');
    await until('both see it', () => seen.every((see) => see() === 'got one\n'));
    two.stdin?.write('two\n');
    await until('both see it', () => seen.every((see) => see() === 'got one\ngot two\n'));
    for (const client of [one, two]) client.close();
    await Promise.all([one.wait(), two.wait()]);
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld("stdin `open` outlives its clients'", async (world) => {
    const id = await world.detached(echo, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    for (const word of ['one', 'two']) {
      const client = await attach(world, id, { input: 'pipe' });
      client.stdin?.end(`${word}\n`);
      await untilItWrote(world, id, `got ${word}`);
      client.close();
      await client.wait();
    }
    assert.is(outputOf(world, id), 'up\ngot one\ngot two\n');
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld("stdin `once` ends with its first client's", async (world) => {
    const id = await world.detached(echo, { stdin: 'once' });
    await untilItWrote(world, id, 'up');
    // Who only listens is not one of them.
    const listener = await attach(world, id);
    listener.close();
    await listener.wait();
    const client = await attach(world, id, { input: 'pipe' });
    client.stdin?.end('one\n');
    assert.is(await waitContainer(world, id), 4);
    assert.is(outputOf(world, id), 'up\ngot one\nend\n');
    await client.wait();
  });

  inWorld('as much as it takes is given to its stdin, and not a byte less', async (world) => {
    const id = await world.detached('echo up; wc -c', { stdin: 'once' });
    await untilItWrote(world, id, 'up');
    const client = await attach(world, id, { input: 'pipe' });
    client.stdin?.end(Buffer.alloc(3_000_000, 'x'));
    assert.is(await waitContainer(world, id), 0);
    assert.is(outputOf(world, id), 'up\n3000000\n');
    await client.wait();
  });

  inWorld('one without a stdin takes none', async (world) => {
    const id = await world.detached('echo up; wc -c; sleep 1000');
    await untilItWrote(world, id, 'up\n0\n');
    const client = await attach(world, id, { input: 'pipe' });
    client.stdin?.write('nobody reads this\n');
    client.close();
    await client.wait();
    assert.is(findContainer(world, id).state.status, 'running');
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld('who leaves leaves it running, and may come back', async (world) => {
    const id = await world.detached(echo, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    for (let times = 0; times < 3; times++) {
      const client = await attach(world, id, { input: 'pipe' });
      client.close();
      assert.is(await client.wait(), undefined);
      assert.is(findContainer(world, id).state.status, 'running');
    }
    const client = await attach(world, id, { input: 'pipe' });
    client.stdin?.write('back\n');
    await untilItWrote(world, id, 'got back');
    await killContainer(world, id);
    const end = { code: 137, signal: 9, oomKilled: false, warnings: [] };
    assert.equal(await client.wait(), end);
  });

  inWorld('whom its supervisor is killed under learns no end', async (world) => {
    const id = await world.detached('sleep 1000');
    const client = await attach(world, id);
    await killRecorded(world, id, 'supervisor');
    assert.is(await client.wait(), undefined);
  });

  inWorld('to one that does not run it is refused', async (world) => {
    const { id } = await world.complete('true');
    const made = await createContainer(world, world.image, { command: ['true'] });
    assert.is(await codeOf(() => attach(world, id)), 'CONTAINER_NOT_RUNNING');
    assert.is(await codeOf(() => attach(world, made)), 'CONTAINER_NOT_RUNNING');
    assert.is(await codeOf(() => attach(world, 'nosuch')), 'CONTAINER_NOT_FOUND');
  });

  inWorld('strangers at the socket are no harm', async (world) => {
    const id = await world.detached(echo, { stdin: 'open' });
    await untilItWrote(world, id, 'up');
    const silent = await connected(world, id);
    const nonsense: readonly (readonly number[])[] = [[0], [97], [97, 7], [97, 0, 255], [97, 255, 17], [115, 9], Array.from({ length: 5000 }, () => 97)]; // prettier-ignore
    for (const bytes of nonsense) {
      const socket = await connected(world, id);
      socket.end(Buffer.from(bytes));
      await ended(socket);
    }
    // It says that descriptors come, and none does.
    const empty = await connected(world, id);
    empty.write(Buffer.from([97, 7, 0]));
    const client = await attach(world, id, { input: 'pipe' });
    const seen = seenBy(client);
    client.stdin?.write('word\n');
    await until('it answers', () => seen() === 'got word\n');
    assert.is(findContainer(world, id).state.status, 'running');
    await stopContainer(world, id, { timeout: 0 });
    await client.wait();
    for (const socket of [silent, empty]) {
      await ended(socket);
    }
  });

  inWorld('many come and go', async (world) => {
    const id = await world.detached('echo up; while :; do echo tick; done');
    await untilItWrote(world, id, 'up');
    for (let round = 0; round < 3; round++) {
      const clients = await Promise.all(Array.from({ length: 8 }, () => attach(world, id)));
      await Promise.all(clients.map(({ stdout }) => once(stdout as Readable, 'data')));
      for (const client of clients) client.close();
      await Promise.all(clients.map((client) => client.wait()));
    }
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld('at a terminal, keys leave it running; half of them are not', async (world) => {
    const id = await world.detached('echo up; while read line; do echo "got $line"; done', { stdin: 'open', terminal: true }); // prettier-ignore
    await untilItWrote(world, id, 'up');
    const client = await attach(world, id, { input: 'pipe', detachKeys: keys });
    const seen = seenBy(client);
    client.stdin?.write('one\n');
    await until('it answers', () => seen() === 'one\r\ngot one\r\n');
    for (const byte of keys) client.stdin?.write(Buffer.from([byte]));
    assert.is(await client.wait(), 'detached');
    assert.is(findContainer(world, id).state.status, 'running');
    const again = await attach(world, id, { input: 'pipe', detachKeys: Buffer.from('ab') });
    again.stdin?.write('xa');
    again.stdin?.write('aa-cab');
    assert.is(await again.wait(), 'detached');
    const last = await attach(world, id, { input: 'pipe' });
    last.stdin?.write(Buffer.from('\n'));
    // With no keys nothing leaves, and what was withheld of the others is not lost.
    await untilItWrote(world, id, 'got xaaa-c\r\n');
    last.close();
    await last.wait();
    await stopContainer(world, id, { timeout: 0 });
  });

  inWorld('where there is no terminal, keys are bytes like others', async (world) => {
    const id = await world.detached('echo up; wc -c', { stdin: 'once' });
    await untilItWrote(world, id, 'up');
    const client = await attach(world, id, { input: 'pipe', detachKeys: keys });
    client.stdin?.end(Buffer.from([...keys, ...keys]));
    assert.is(await waitContainer(world, id), 0);
    assert.is(outputOf(world, id), 'up\n4\n');
    await client.wait();
  });

  inWorld('one that is ours is ours no more when its keys are typed', async (world) => {
    const container = await runContainer(world, world.image, {
      command: ['sh', '-c', 'echo up; sleep 1000'],
      terminal: true,
      stdin: 'once',
      input: 'pipe',
      output: 'pipe',
      detachKeys: keys,
    });
    await once(container.stdout as Readable, 'data');
    container.stdin?.write(keys);
    assert.is(await container.wait(), 'detached');
    container.release();
    assert.is(findContainer(world, container.id).state.status, 'running');
    await stopContainer(world, container.id, { timeout: 0 });
  });

  if (needs('command:script')) {
    const program = `
      const attached = await ctr.attachContainer(engine, parameters.id, { detachKeys: Buffer.from([16, 17]) });
      const end = await attached.wait();
      process.stdout.write('end: ' + (end === 'detached' ? end : end?.code) + '\\n');
    `;

    inWorld(
      "at a real terminal: its size is the user's, raw while it lasts, and as before after",
      async (world) => {
        const line = 'echo up; read go; stty size; while read line; do echo "got $line"; done';
        const id = await world.detached(line, { stdin: 'open', terminal: true });
        await untilItWrote(world, id, 'up');
        const node = [process.execPath, ...nodeArguments(world, program, { id })];
        const quoted = node.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
        const shell = `stty rows 33 cols 77; stty -g > ${world.directory}/before; ${quoted}; stty -g > ${world.directory}/after`;
        const user = spawn('script', ['-qec', shell, '/dev/null'], {
          cwd: import.meta.dirname,
          stdio: ['pipe', 'pipe', 'inherit'],
          env: { ...process.env, SHELL: '/bin/sh' },
        });
        let screen = '';
        user.stdout.setEncoding('utf8').on('data', (chunk: string) => (screen += chunk));
        const type = async (bytes: string | Buffer, until_: string): Promise<void> => {
          user.stdin.write(bytes);
          await until(`the screen shows ${until_}`, () => screen.includes(until_));
        };
        await until('its terminal is there', () => existsSync(join(world.directory, 'before')));
        await type('go\r', '33 77');
        await type('word\r', 'got word');
        await type(keys, 'end: detached');
        const [code] = (await once(user, 'exit')) as [number];
        assert.is(code, 0);
        const settings = (name: string): string =>
          readFileSync(join(world.directory, name), 'utf8');
        assert.is(settings('after'), settings('before'));
        assert.is(findContainer(world, id).state.status, 'running');
        await stopContainer(world, id, { timeout: 0 });
      },
    );
  }
}

test.run();
