/** What a beginner does with images: a Dockerfile, the cache, names, and a container that becomes an image. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianRoot, needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

const install = (name: string): string =>
  `apt-get update && apt-get install -y --no-install-recommends ${name}`;

const base = '# Use an existing image as a base\nFROM debian\n';
const redis = `# Download and install a program\nRUN ${install('redis-server')}\n`;
const hello = `RUN ${install('hello')}\n`;
const command = '# Tell the image what to do when it starts as a container\nCMD ["redis-server"]\n';

interface Student extends World {
  says: (...args: string[]) => Promise<string>;
  /** Writes the Dockerfile and builds it, with the lines that the course shows. */
  build: (dockerfile: string, ...flags: string[]) => Promise<readonly string[]>;
}

/** The root file system that debootstrap makes, imported as `debian`. */
async function importDebian({ ctr }: World): Promise<void> {
  const imported = await ctr('import', await debianRoot(), 'debian');
  assert.equal(imported.code, 0, imported.stderr);
}

async function studentOf(world: World): Promise<Student> {
  const context = join(world.directory, 'redis-image');
  await mkdir(context);
  const says = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await world.ctr(...args);
    assert.equal(code, 0, `ctr ${args.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  };
  return {
    ...world,
    says,
    build: async (dockerfile, ...flags) => {
      await writeFile(join(context, 'Dockerfile'), dockerfile);
      const told = await says('build', '--progress', 'legacy', ...flags, context);
      return told.split('\n');
    },
  };
}

/** The lines of one step. */
function step(lines: readonly string[], number: number): readonly string[] {
  const from = lines.findIndex((line) => line.startsWith(`Step ${number}/`));
  const rest = lines.slice(from + 1);
  const end = rest.findIndex((line) => /^(?:Step |Successfully )/.test(line));
  return [lines[from] ?? '', ...rest.slice(0, end)];
}

const isCached = (lines: readonly string[]): boolean => lines.includes(' ---> Using cache');

function ran(lines: readonly string[]): void {
  const [, id = ''] = / ---> Running in ([0-9a-f]{12})\n/.exec(lines.join('\n')) ?? [];
  assert.ok(lines.includes(`Removing intermediate container ${id}`), lines.join('\n'));
  assert.equal(isCached(lines), false);
}

function idIn(lines: readonly string[]): string {
  const [, id = ''] = /^Successfully built ([0-9a-f]{12})$/m.exec(lines.join('\n')) ?? [];
  assert.notEqual(id, '', lines.join('\n'));
  return id;
}

/** Starts it, and asks the server in it. */
async function isRedis({ says }: Student, image: string): Promise<void> {
  const id = await says('run', '-d', image);
  while (!/Ready to accept connections/i.test(await says('logs', id))) await sleep(50);
  assert.equal(await says('exec', id, 'redis-cli', 'ping'), 'PONG');
  await says('rm', '-f', id);
}

async function buildsOnce(student: Student): Promise<string> {
  const wrong = await student.ctr('build', '.', '.');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /'ctr build' requires 1 argument/);
  const lines = await student.build(base + redis + command);
  const [from, , last] = [step(lines, 1), step(lines, 2), step(lines, 3)];
  assert.equal(from[0], 'Step 1/3 : FROM debian');
  assert.match(from[1] ?? '', /^ ---> [0-9a-f]{12}$/);
  ran(step(lines, 2));
  assert.equal(last[0], 'Step 3/3 : CMD ["redis-server"]');
  await isRedis(student, idIn(lines));
  return idIn(lines);
}

async function rebuilds(student: Student, id: string): Promise<void> {
  const again = await student.build(base + redis + command);
  assert.deepEqual([isCached(step(again, 2)), isCached(step(again, 3))], [true, true]);
  assert.equal(
    again.some((line) => line.includes('Running in')),
    false,
  );
  assert.equal(idIn(again), id);
  // From the changed line on, and not before.
  const added = await student.build(base + redis + hello + command);
  assert.equal(isCached(step(added, 2)), true);
  ran(step(added, 3));
  assert.equal(isCached(step(added, 4)), false);
  // Another order is another line.
  const turned = await student.build(base + hello + redis + command);
  ran(step(turned, 2));
  ran(step(turned, 3));
  // What was there before still is.
  assert.equal(idIn(await student.build(base + redis + hello + command)), idIn(added));
}

async function tags(student: Student, id: string): Promise<void> {
  const lines = await student.build(base + redis + command, '-t', 'stephen/redis:latest');
  assert.ok(lines.includes('Successfully tagged stephen/redis:latest'));
  assert.equal(idIn(lines), id);
  await isRedis(student, 'stephen/redis');
  assert.match(await student.says('images', 'stephen/redis'), new RegExp(`latest +${id}`));
}

async function commits(student: Student): Promise<void> {
  const { says } = student;
  await says('run', '--network', 'host', '--name', 'by-hand', 'debian', 'sh', '-c', install('redis-server')); // prettier-ignore
  const id = await says('commit', '-c', 'CMD ["redis-server"]', 'by-hand');
  assert.match(id, /^sha256:[0-9a-f]{64}$/);
  await isRedis(student, id);
  await says('rm', 'by-hand');
}

if (needs(...mainJob, 'command:debootstrap')) {
  test('27 to 37: images by a Dockerfile, and by hand', () =>
    inWorld(async (world) => {
      await importDebian(world);
      const student = await studentOf(world);
      const id = await buildsOnce(student);
      await rebuilds(student, id);
      await tags(student, id);
      await commits(student);
    }));
}

test.run();
