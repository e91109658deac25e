import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePlan } from '@ctrkit/syscalls';
import type { Helper, Operation, Report } from '@ctrkit/syscalls';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shell } from './plan-helpers.ts';
import { send, start, until } from './supervised.ts';

interface Endings {
  readonly atEnd?: readonly Operation[];
  readonly afterwards?: readonly Operation[];
  readonly first?: readonly Operation[];
}

/** Runs a program to its end, and has plans carried out then. */
async function run(script: string, { atEnd = [], afterwards = [], first = [] }: Endings) {
  const plans: Operation[] = [
    { op: 'at-end', plan: encodePlan(atEnd) },
    { op: 'afterwards', plan: encodePlan(afterwards) },
  ];
  const helper = await send({ first: [...plans, ...first], attached: {} }, shell(script));
  return { helper, exit: await helper.wait() };
}

const unfinished = (helper: Helper): unknown[] =>
  helper.reports('unfinished').map(({ step, operation, errno }) => [step, operation, errno]);

const record = (...paths: string[]): Operation => ({ op: 'record-exit', paths });
const root = (path: string): Operation => ({ op: 'root', path });

for (const [script, exitCode, signal] of [
  ['exit 0', 0, 0],
  ['exit 42', 42, 0],
  ['kill -9 $$', 137, 9],
] as const) {
  test(`how a program ends is recorded before it is told: ${script}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'exit.json');
    const plan = encodePlan([record(path)]);
    const first: Operation[] = [{ op: 'at-end', plan }];
    const helper = await send({ first, attached: {} }, shell(script));
    let recorded: unknown;
    await helper.report((report): report is Report => {
      if (report.event === 'exited') recorded = JSON.parse(readFileSync(path, 'utf8'));
      return report.event === 'exited';
    });
    const { startedAt, finishedAt, ...rest } = recorded as Record<string, string>;
    assert.equal(rest, { exitCode, signal, oomKilled: false });
    assert.is(startedAt, helper.reports('started')[0]?.at);
    assert.ok(String(startedAt) < String(finishedAt));
    await helper.wait();
    assert.equal(readdirSync(directory.path), ['exit.json']);
  });
}

test('an end is recorded in the first place that takes it, and told of those that did not', async () => {
  await using directory = await temporaryDirectory();
  const [first, second, third] = ['none/exit.json', 'exit.json', 'spare.json'].map((name) =>
    join(directory.path, name),
  ) as [string, string, string];
  const { helper } = await run('exit 5', { atEnd: [record(first, second, third)] });
  assert.equal(unfinished(helper), [[0, 'record-exit', 'ENOENT']]);
  assert.equal(readdirSync(directory.path), ['exit.json']);
});

for (const [what, text, oomKilled] of [
  ['v1', 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n', true],
  ['v2', 'low 0\nhigh 0\nmax 0\noom 2\noom_kill 12\noom_group_kill 0\n', true],
  ['v1, nobody', 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n', false],
  ['an older v1', 'oom_kill_disable 0\nunder_oom 0\n', false],
] as const) {
  test(`whether somebody was killed for want of memory is read from its cgroup: ${what}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'events');
    writeFileSync(path, text);
    const first: Operation[] = [{ op: 'oom-events', path }];
    assert.is((await run('true', { first })).exit.oomKilled, oomKilled);
  });
}

test('a step that fails keeps the others from nothing but what leans on it', async () => {
  await using directory = await temporaryDirectory();
  const path = (name: string): string => join(directory.path, name);
  for (const name of ['one/from', 'one/to', 'two/from', 'one/kept', 'cgroup']) {
    mkdirSync(path(name), { recursive: true });
  }
  const { helper, exit } = await run('true', {
    atEnd: [
      record(path('exit.json')),
      root(path('one')),
      { op: 'rename', from: 'from', to: 'to' },
      // Beneath the root of a step that failed.
      { op: 'remove', path: 'kept' },
      { op: 'remove-cgroup', path: path('cgroup'), patience: 1 },
      root(path('two')),
      { op: 'rename', from: 'from', to: 'to' },
    ],
  });
  assert.is(exit.code, 0);
  assert.equal(unfinished(helper), [
    [2, 'rename', 'EEXIST'],
    [3, 'remove', 'EBADF'],
  ]);
  assert.ok(existsSync(path('exit.json')) && !existsSync(path('cgroup')));
  assert.equal(readdirSync(path('one')).toSorted(), ['from', 'kept', 'to']);
  assert.equal(readdirSync(path('two')), ['to']);
});

test('what is meant for a root that is gone is not done beneath the one before', async () => {
  await using directory = await temporaryDirectory();
  mkdirSync(join(directory.path, 'one/from'), { recursive: true });
  const { helper } = await run('true', {
    atEnd: [
      root(join(directory.path, 'one')),
      root(join(directory.path, 'gone')),
      { op: 'rename', from: 'from', to: 'to' },
    ],
  });
  assert.equal(unfinished(helper), [
    [1, 'root', 'ENOENT'],
    [2, 'rename', 'EBADF'],
  ]);
  assert.equal(readdirSync(join(directory.path, 'one')), ['from']);
});

test('what is not there is renamed to nothing, and what is in the way stays', async () => {
  await using directory = await temporaryDirectory();
  const rename: Operation = { op: 'rename', from: 'from', to: 'to' };
  const { helper } = await run('true', { atEnd: [root(directory.path), rename] });
  assert.equal(unfinished(helper), []);
  assert.equal(readdirSync(directory.path), []);
});

test('a cgroup that others are in is left to them, one that should be empty is told of', async () => {
  await using directory = await temporaryDirectory();
  mkdirSync(join(directory.path, 'full/child'), { recursive: true });
  const path = join(directory.path, 'full');
  for (const [patience, told] of [
    [0, []],
    [1, [[0, 'remove-cgroup', 'ENOTEMPTY']]],
  ] as const) {
    const { helper } = await run('true', { atEnd: [{ op: 'remove-cgroup', path, patience }] });
    assert.equal(unfinished(helper), told);
  }
});

test('a plan that breaks off is carried out as far as it goes', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'exit.json');
  const plan = Buffer.concat([encodePlan([record(path)]), Buffer.from([255, 0, 0, 0, 1])]);
  const first: Operation[] = [{ op: 'at-end', plan }];
  const helper = await send({ first, attached: {} }, shell('true'));
  assert.is((await helper.wait()).code, 0);
  assert.ok(existsSync(path));
});

test('what is done afterwards is done when everybody has heard of the end', async () => {
  await using directory = await temporaryDirectory();
  const path = (name: string): string => join(directory.path, name);
  mkdirSync(path('run/attach.d'), { recursive: true });
  const plans: Operation[] = [
    {
      op: 'at-end',
      plan: encodePlan([root(directory.path), { op: 'rename', from: 'run', to: 'trash' }]),
    },
    {
      op: 'afterwards',
      plan: encodePlan([root(directory.path), { op: 'remove', path: 'trash' }]),
    },
  ];
  const { helper } = await start(
    { first: plans, tied: false, stdio: ['ignore', 'pipe', 'inherit'] },
    shell('seq 100000'),
  );
  // Its owner has not read what it wrote.
  await until('the end', () => existsSync(path('trash')));
  assert.ok(!existsSync(path('run')) && existsSync(path('trash/attach.d')));
  helper.stdout?.resume();
  await helper.wait();
  await until('the end of all', () => readdirSync(directory.path).length === 0);
});

test('where nothing started, nothing is recorded and nothing is done', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'exit.json');
  const first: Operation[] = [
    { op: 'at-end', plan: encodePlan([record(path)]) },
    { op: 'afterwards', plan: encodePlan([record(path)]) },
  ];
  const plan = { ...shell('true'), candidates: ['/nowhere'] };
  const helper = await send({ first, attached: {} }, plan);
  await helper.wait().catch(() => {});
  assert.equal(readdirSync(directory.path), []);
});

test.run();
