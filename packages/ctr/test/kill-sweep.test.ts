/**
 * kill -9 of the command, of its helpers and of supervisors at many points of what they do: the next command works, no
 * state is wrong, and after one sweep nothing is left. A seeded sample; `npm run sweep` goes through all points.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

const LAST_MS = 240;
const STEP_MS = 4;
const SAMPLE = 1;
const whole = process.env['CTRKIT_SWEEP'] !== undefined;

/** A linear congruential generator: the same points each time, others with another seed. */
function* randomFrom(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const random = randomFrom(Number(process.env['CTRKIT_SEED'] ?? 20_261_125));

function pointsOf(): number[] {
  const all = Array.from({ length: LAST_MS / STEP_MS }, (_, index) => index * STEP_MS);
  if (whole) return all;
  return Array.from(
    { length: SAMPLE },
    () => all[Math.floor(random.next().value * all.length)] ?? 0,
  );
}

function isHelper(pid: number): boolean {
  try {
    return /ctr-helper/.test(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself: then the point was after its end.
    }
  }
}

/** The supervisors of a world's containers, by their records. */
function supervisorsOf({ env }: World): number[] {
  const runs = join(env['CTR_RUN'] ?? '', 'containers');
  return readdirSync(runs).flatMap((id) => {
    try {
      const text = readFileSync(join(runs, id, 'run.json'), 'utf8');
      const { supervisor } = JSON.parse(text) as { supervisor?: { pid: number } };
      return supervisor === undefined ? [] : [supervisor.pid];
    } catch {
      return [];
    }
  });
}

/** Who is killed, of a command that runs. */
const victims = {
  'the command': (_world: World, command: number) => [command],
  'its helpers': (_world: World, command: number) => descendantsOf(command).filter(isHelper),
  'the command and its helpers': (_world: World, command: number) => [
    command,
    ...descendantsOf(command).filter(isHelper),
  ],
  'all supervisors': (world: World) => supervisorsOf(world),
} as const;

/** What is interrupted; `one` is a container that runs, `two` one that does not. */
const commands = {
  create: ({ registry }: World) => ['create', `${registry}/busybox`, 'true'],
  'run -d': ({ registry }: World) => ['run', '-d', `${registry}/busybox`, 'sleep', '1000'],
  'run --rm': ({ registry }: World) => ['run', '--rm', `${registry}/busybox`, 'sleep', '0.1'],
  'run -v': ({ registry }: World) =>
    ['run', '--rm', '-v', 'data:/etc', '-v', '/anonymous', `${registry}/busybox`, 'sleep', '0.1'], // prettier-ignore
  start: () => ['start', 'two'],
  exec: () => ['exec', 'one', 'sleep', '0.1'],
  stop: () => ['stop', '-t', '0', 'one'],
  'rm -f': () => ['rm', '-f', 'one', 'two'],
} as const;

async function interrupt(
  world: World,
  args: readonly string[],
  victim: (typeof victims)[keyof typeof victims],
  after: number,
): Promise<void> {
  const command = spawn(process.execPath, [commandPath('ctr'), ...args], {
    env: world.env,
    stdio: 'ignore',
  });
  const ended = once(command, 'exit');
  await sleep(after);
  killAll(victim(world, command.pid ?? 0));
  await ended;
}

interface Row {
  readonly ID: string;
  readonly State: string;
}

async function rowsOf({ ctr }: World): Promise<Row[]> {
  const { code, stdout } = await ctr('ps', '-a', '--no-trunc', '--format', 'json');
  assert.equal(code, 0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}

/** The next one finds a volume whole; of anonymous ones, and of what was under way, nothing is left. */
async function assertVolumes({ ctr, registry, env }: World, point: string): Promise<void> {
  const volumes = join(env['CTR_ROOT'] ?? '', 'volumes');
  const next = await ctr('run', '--rm', '-v', 'data:/etc', `${registry}/busybox`, 'true');
  assert.equal(next.code, 0, `${point}: ${next.stderr}`);
  assert.deepEqual(readdirSync(volumes).toSorted(), ['.claims', '.lock', 'data'], point);
  assert.deepEqual(readdirSync(join(volumes, '.claims')), [], point);
  assert.deepEqual(readdirSync(join(volumes, 'data')).toSorted(), ['_data', 'lock', 'volume.json'], point); // prettier-ignore
  const files = readdirSync(join(volumes, 'data/_data'));
  assert.ok(files.includes('passwd') && files.includes('group'), `${point}: ${String(files)}`);
  assert.equal((await ctr('volume', 'rm', 'data')).code, 0, point);
}

async function assertWhole(world: World, point: string): Promise<void> {
  const { ctr, registry, env } = world;
  // It works, and sweeps.
  const next = await ctr('run', '--rm', `${registry}/busybox`, 'echo', 'works');
  assert.deepEqual([next.code, next.stdout], [0, 'works\n'], `${point}: ${next.stderr}`);
  for (const { ID, State } of await rowsOf(world)) {
    const { code } = await ctr('exec', ID, 'true');
    assert.equal(code === 0, State === 'running', `${point}: ${ID} is said to be ${State}`);
  }
  const ids = (await rowsOf(world)).map(({ ID }) => ID);
  if (ids.length > 0) {
    const removed = await ctr('rm', '-f', ...ids);
    assert.equal(removed.code, 0, `${point}: ${removed.stderr}`);
  }
  const places = [
    ...['containers', 'names', 'trash'].map((name) => join(env['CTR_ROOT'] ?? '', name)),
    ...['containers', 'ended', 'trash'].map((name) => join(env['CTR_RUN'] ?? '', name)),
  ];
  for (const place of places) assert.deepEqual(readdirSync(place), [], `${point}: ${place}`);
  await assertVolumes(world, point);
}

if (needs(...mainJob)) {
  for (const [what, args] of Object.entries(commands)) {
    test(`kill -9 at many points of ${what}`, async () => {
      await inWorld(async (world) => {
        await world.ctr('pull', '-q', `${world.registry}/busybox`);
        for (const [who, victim] of Object.entries(victims)) {
          for (const after of pointsOf()) {
            const image = `${world.registry}/busybox`;
            await world.ctr('run', '-d', '--name', 'one', image, 'sleep', '1000');
            await world.ctr('create', '--name', 'two', image, 'sleep', '1000');
            await interrupt(world, args(world), victim, after);
            await assertWhole(world, `${what}, ${who}, after ${after} ms`);
          }
        }
      });
    });
  }
}

test.run();
