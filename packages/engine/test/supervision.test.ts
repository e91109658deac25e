import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { isAlive } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execInContainer, findContainer, listContainers, removeContainer, startContainer, stopContainer, sweep, waitContainer } from '../src/index.ts'; // prettier-ignore
import { readRunRecord } from '../src/run-record.ts';
import { codeOf, reusedPid } from './fixture.ts';
import { canRun, inAnotherProcess, inWorld, killRecorded, logOf, outputOf, runOfContainer, until, untilItWrote } from './world.ts'; // prettier-ignore
import type { World } from './world.ts';

function exitCodeOf(world: World, id: string): number | undefined {
  const { state } = findContainer(world, id);
  return state.status === 'exited' ? state.exit.exitCode : undefined;
}

async function assertNothingOfRuns(world: World): Promise<void> {
  for (const place of ['containers', 'trash', 'ended']) {
    const isEmpty = (): boolean => readdirSync(join(world.run, place)).length === 0;
    await until(`nothing is left in ${place}`, isEmpty);
  }
}

/** Starts one that belongs to nobody from another process, which then ends or waits to be killed. */
const detaching = `
const options = { command: ['sh', '-c', parameters.line], output: 'none', tied: false };
const container = await ctr.runContainer(engine, image, options);
process.stdout.write(container.id);
container.release();
if (parameters.lingers) setInterval(() => {}, 1000);
`;

const living = 'echo up; trap "exit 3" TERM; while :; do sleep 0.05; done';

/** What a program writes by printf, and the lines that its log then has. */
const formats: readonly (readonly [string, string, readonly string[]])[] = [
  ['lines', 'one\\ntwo\\n', ['one\n', 'two\n']],
  ['empty lines', '\\n\\na\\n', ['\n', '\n', 'a\n']],
  ['no newline at the end', 'one\\ntwo', ['one\n', 'two']],
  ['nothing', '', []],
  ['quotes and backslashes', '\\042 \\134 \\134n\\n', ['" \\ \\n\n']],
  ['what controls a terminal', '\\033[31m\\tred\\r\\n\\001\\177\\n', ['\u001b[31m\tred\r\n', '\u0001\u007f\n']],
  ['NUL', 'a\\000b\\n', ['a\0b\n']],
  ['what HTML takes for its own', '<a>&\\n', ['<a>&\n']],
  ['characters of two, three and four bytes', '\\303\\274 \\342\\202\\254 \\360\\237\\230\\200\\n', ['ü € 😀\n']],
  ['bytes that are none', 'a\\377b\\200c\\n', ['a\ufffdb\ufffdc\n']],
  ['longer than need be', '\\300\\257\\n', ['\ufffd\ufffd\n']],
  ['half of a surrogate', '\\355\\240\\200\\n', ['\ufffd\ufffd\ufffd\n']],
  ['beyond Unicode', '\\364\\220\\200\\200\\n', ['\ufffd\ufffd\ufffd\ufffd\n']],
  ['cut off by a line', '\\342\\202\\n', ['\ufffd\ufffd\n']],
  ['cut off by the end', 'a\\342\\202', ['a\ufffd\ufffd']],
]; // prettier-ignore

const sixteenKibibytes = 16 * 1024;
const longLines: readonly (readonly [string, string, readonly string[]])[] = [
  ['of exactly one part', 'x 16384', ['x'.repeat(sixteenKibibytes)]],
  ['of one part with its newline', 'x 16383; echo', [`${'x'.repeat(sixteenKibibytes - 1)}\n`]],
  ['of several', 'x 40000; echo', ['x'.repeat(sixteenKibibytes), 'x'.repeat(sixteenKibibytes), `${'x'.repeat(40_000 - 2 * sixteenKibibytes)}\n`]],
  ['a character where it is cut', "x 16382; printf '\\342\\202\\254y\\n'", ['x'.repeat(sixteenKibibytes - 2), '€y\n']],
  ['and one of four bytes', "x 16383; printf '\\360\\237\\230\\200\\n'", ['x'.repeat(sixteenKibibytes - 1), '😀\n']],
]; // prettier-ignore

if (canRun()) {
  for (const lingers of [false, true]) {
    const how = lingers ? 'is killed' : 'ends';
    inWorld(`who started it ${how}: it lives on, and its end is recorded`, async (world) => {
      const author = inAnotherProcess(world, detaching, { line: living, lingers });
      const [said] = (await once(author.stdout as Readable, 'data')) as [Buffer];
      const id = said.toString();
      if (lingers) author.kill('SIGKILL');
      await once(author, 'exit');
      await untilItWrote(world, id, 'up');
      await sweep(world);
      const { owner, supervisor, process: first } = runOfContainer(world, id);
      assert.not(isAlive(owner));
      assert.ok(supervisor && isAlive(supervisor) && first && isAlive(first));
      assert.is(findContainer(world, id).state.status, 'running');
      const { stdout, wait } = await execInContainer(world, id, { command: ['hostname'], output: 'pipe' }); // prettier-ignore
      assert.is(await text(stdout as Readable), `${id.slice(0, 12)}\n`);
      await wait();
      await stopContainer(world, id);
      assert.is(exitCodeOf(world, id), 3);
      await assertNothingOfRuns(world);
    });
  }

  inWorld(
    'who started it was killed before it could say so: it can be seen and ended',
    async (world) => {
      const id = await world.detached(living);
      await untilItWrote(world, id, 'up');
      const { startedAt, ...run } = runOfContainer(world, id);
      assert.ok(startedAt);
      const record = join(world.run, 'containers', id, 'run.json');
      writeFileSync(record, JSON.stringify({ ...run, owner: reusedPid }));
      assert.is(findContainer(world, id).state.status, 'running');
      assert.is(await codeOf(() => removeContainer(world, id)), 'CONTAINER_RUNNING');
      assert.is(await startContainer(world, id), undefined);
      const { wait } = await execInContainer(world, id, { command: ['true'] });
      await wait();
      await sweep(world);
      await stopContainer(world, id);
      assert.is(exitCodeOf(world, id), 3);
    },
  );

  inWorld('kill -9 of the supervisor of one that is ours: it dies, and we know', async (world) => {
    const container = await world.start(living, { output: 'none', name: 'ours' });
    const { id } = container;
    await untilItWrote(world, id, 'up');
    await killRecorded(world, id, 'supervisor');
    assert.is(await codeOf(() => container.wait()), 'HELPER_DIED');
    assert.is(exitCodeOf(world, id), 255);
    await assertNothingOfRuns(world);
    await Promise.all([sweep(world), sweep(world)]);
    assert.is(exitCodeOf(world, id), 255);
    await removeContainer(world, 'ours');
    assert.equal(listContainers(world), []);
  });

  inWorld(
    "kill -9 of the supervisor of one that is nobody's: it dies, before and after a sweep",
    async (world) => {
      const author = inAnotherProcess(world, detaching, { line: living });
      const id = await text(author.stdout as Readable);
      await untilItWrote(world, id, 'up');
      await killRecorded(world, id, 'supervisor');
      assert.is(exitCodeOf(world, id), 255);
      assert.is(await waitContainer(world, id), 255);
      await Promise.all([sweep(world), sweep(world)]);
      assert.is(exitCodeOf(world, id), 255);
      await assertNothingOfRuns(world);
      // The next command works as if nothing had been.
      const again = await startContainer(world, id);
      again?.release();
      await until('it runs again', () => outputOf(world, id) === 'up\nup\n');
      await stopContainer(world, id);
      assert.is(exitCodeOf(world, id), 3);
    },
  );

  inWorld(
    'kill -9 of the supervisor of one that is to be removed: the next sweep does',
    async (world) => {
      const id = await world.detached(living, { autoRemove: true });
      await untilItWrote(world, id, 'up');
      await killRecorded(world, id, 'supervisor');
      await Promise.all([sweep(world), sweep(world)]);
      assert.equal(listContainers(world), []);
      assert.equal(readdirSync(join(world.root, 'names')), []);
      await assertNothingOfRuns(world);
    },
  );

  inWorld('kill -9 of both at once, and of all three', async (world) => {
    for (const parts of [
      ['process', 'supervisor'],
      ['supervisor', 'process'],
    ] as const) {
      const id = await world.detached(living);
      await untilItWrote(world, id, 'up');
      const run = runOfContainer(world, id);
      for (const part of parts) process.kill(run[part]?.pid ?? 0, 'SIGKILL');
      await until('the end', () => !parts.some((part) => run[part] && isAlive(run[part])));
      await sweep(world);
      assert.ok([137, 255].includes(exitCodeOf(world, id) ?? 0));
      assert.is(readRunRecord(world, id), undefined);
    }
  });

  inWorld('a signal to the supervisor is one to the container', async (world) => {
    const id = await world.detached(living);
    await untilItWrote(world, id, 'up');
    process.kill(runOfContainer(world, id).supervisor?.pid ?? 0, 'SIGTERM');
    assert.is(await waitContainer(world, id), 3);
  });

  inWorld('its end is recorded whole, and its run given back', async (world) => {
    const id = await world.detached('exit 7');
    assert.is(await waitContainer(world, id), 7);
    const path = join(world.root, 'containers', id, 'exit.json');
    const exit = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    assert.equal(Object.keys(exit), ['exitCode', 'signal', 'oomKilled', 'startedAt', 'finishedAt']);
    assert.match(exit['startedAt'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    assert.ok((exit['startedAt'] ?? '') < (exit['finishedAt'] ?? ''));
    await assertNothingOfRuns(world);
    const files = readdirSync(join(world.root, 'containers', id)).toSorted();
    assert.equal(files, ['bundle', 'container.json', 'exit.json', 'hostname', 'hosts', 'log', 'resolv.conf', 'upper', 'work']); // prettier-ignore
  });

  for (const [what, format, lines] of formats) {
    inWorld(`log: ${what}`, async (world) => {
      const id = await world.detached(`printf '${format}'`);
      await waitContainer(world, id);
      const log = logOf(world, id);
      assert.equal(log.map((line) => line.log), lines); // prettier-ignore
      for (const line of log) {
        assert.equal(Object.keys(line), ['log', 'stream', 'time']);
        assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      }
    });
  }

  for (const [what, line, lines] of longLines) {
    inWorld(`log: a long line ${what}`, async (world) => {
      const repeat = "repeat() { head -c $2 /dev/zero | tr '\\0' $1; }";
      const id = await world.detached(`${repeat}; repeat ${line}`);
      await waitContainer(world, id);
      const kept = logOf(world, id).map(({ log }) => log);
      assert.equal(kept.map(({ length }) => length), lines.map(({ length }) => length)); // prettier-ignore
      assert.ok(kept.every((part, index) => part === lines[index]));
    });
  }

  inWorld('log: both streams by name, each in its order, from the first byte', async (world) => {
    const id = await world.detached('for i in 1 2 3; do echo out $i; echo err $i >&2; done');
    assert.is(await waitContainer(world, id), 0);
    for (const [stream, word] of [
      ['stdout', 'out'],
      ['stderr', 'err'],
    ] as const) {
      const lines = logOf(world, id).filter((line) => line.stream === stream).map(({ log }) => log); // prettier-ignore
      assert.equal(lines, [1, 2, 3].map((number) => `${word} ${number}\n`)); // prettier-ignore
    }
  });

  inWorld('log: a line that comes in pieces is one', async (world) => {
    const id = await world.detached(
      "printf 'a\\342'; sleep 0.1; printf '\\202'; sleep 0.1; printf '\\254b\\n'",
    );
    await waitContainer(world, id);
    assert.equal(logOf(world, id).map(({ log }) => log), ['a€b\n']); // prettier-ignore
  });

  inWorld('log: what a terminal shows', async (world) => {
    const id = await world.detached('echo out; echo err >&2', { terminal: true });
    await waitContainer(world, id);
    const lines = logOf(world, id).map(({ log, stream }) => [log, stream]);
    assert.equal(lines, [['out\r\n', 'stdout'], ['err\r\n', 'stdout']]); // prettier-ignore
  });

  inWorld('log: five files of ten MiB are kept, and each line whole', async (world) => {
    const id = await world.detached('seq 1 800000');
    assert.is(await waitContainer(world, id), 0);
    const directory = join(world.root, 'containers', id);
    const names = ['log.4', 'log.3', 'log.2', 'log.1', 'log'];
    assert.equal(readdirSync(directory).filter((name) => name.startsWith('log')).toSorted(), names.toSorted()); // prettier-ignore
    const sizes = names.slice(0, -1).map((name) => readFileSync(join(directory, name)).length);
    assert.ok(
      sizes.every((size) => size >= 10 * 2 ** 20 && size < 11 * 2 ** 20),
      String(sizes),
    );
    const numbers = names.flatMap((name) => logOf(world, id, name)).map(({ log }) => Number(log));
    assert.is(numbers.at(-1), 800_000);
    assert.ok(numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1)); // prettier-ignore
  });

  inWorld(
    'log: the output of one that is ours is kept too, however slowly we read',
    async (world) => {
      const container = await world.start('seq 1 100000', { output: 'pipe' });
      const first = (await once(container.stdout as Readable, 'data')) as [Buffer];
      container.stdout?.pause();
      // It waits for us: nothing that we do not take is lost, nor piles up anywhere.
      const rest = await text(container.stdout as Readable);
      await container.wait();
      const numbers = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
      assert.ok(`${first[0].toString()}${rest}` === numbers);
      assert.ok(outputOf(world, container.id) === numbers);
    },
  );
}

test.run();
