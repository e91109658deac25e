import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfIdentity } from '@ctrkit/durable';
import { createCgroup, openCgroup } from '@ctrkit/cgroup';
import { assertNothingLeft, needs, run, snapshotHost } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listContainers, removeContainer, sweep } from '../src/index.ts';
import type { Engine } from '../src/index.ts';
import type { RunRecord } from '../src/run-record.ts';
import { codeOf, forge, forgeRun, idOf, noSuchPid, otherBoot, recordOf, reusedPid, runOf, testEngine } from './fixture.ts'; // prettier-ignore

const ids = (engine: Engine): string[] => listContainers(engine).map(({ id }) => id);
const exitCodes = (engine: Engine): unknown[] =>
  listContainers(engine).map(({ state }) => 'exit' in state && state.exit?.exitCode);
const [a, b, c] = [idOf('a'), idOf('b'), idOf('c')];

test('a container that was to be removed at its end goes with its dead owner', async () => {
  for (const owner of [reusedPid, otherBoot, noSuchPid]) {
    for (const process of [owner, undefined]) {
      await using engine = await testEngine();
      await sweep(engine);
      forge(engine, recordOf({ autoRemove: true }), {
        run: { ...runOf(owner), process } as RunRecord,
      });
      await sweep(engine);
      for (const place of [
        'root/containers',
        'root/names',
        'root/trash',
        'run/containers',
        'run/trash',
      ]) {
        assert.equal(readdirSync(join(engine.directory, place)), [], place);
      }
    }
  }
});

test('one whose run was forgotten in a reboot goes with the first sweep of this boot', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf({ id: a, name: 'fleeting', autoRemove: true }));
  forge(engine, recordOf({ id: b, name: 'lasting' }));
  forge(engine, recordOf({ id: c, name: 'volatile', volatile: true }));
  await sweep(engine);
  assert.equal(ids(engine), [b]);
});

test('one whose record a power cut has emptied goes with its name; one that is damaged otherwise stays', async () => {
  await using engine = await testEngine();
  const records = { [a]: '', [b]: '{"id":' };
  for (const [id, text] of Object.entries(records)) {
    forge(engine, recordOf({ id, name: `name-${id.slice(0, 1)}` }));
    writeFileSync(join(engine.root, 'containers', id, 'container.json'), text);
  }
  await sweep(engine);
  assert.equal(readdirSync(join(engine.root, 'containers')), [b]);
  assert.equal(readdirSync(join(engine.root, 'trash')), []);
  assert.not.ok(readdirSync(join(engine.root, 'names')).includes('name-a'));
});

test('what belongs to the living stays', async () => {
  await using engine = await testEngine();
  const self = selfIdentity();
  forge(engine, recordOf({ id: a, name: 'running', autoRemove: true }), {
    run: runOf(self, { id: a }),
  });
  const ended = runOf(reusedPid, { id: b, owner: self });
  forge(engine, recordOf({ id: b, name: 'ended', autoRemove: true }), { run: ended });
  const early = { ...runOf(self, { id: c }), process: undefined } as unknown as RunRecord;
  forge(engine, recordOf({ id: c, name: 'early', autoRemove: true }), { run: early });
  await sweep(engine);
  await sweep(engine);
  assert.equal(ids(engine).toSorted(), [a, b, c]);
  assert.is(readdirSync(join(engine.run, 'containers')).length, 3);
});

test('a container that was to stay has an end, though nobody saw it', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf(), { run: runOf(reusedPid) });
  await sweep(engine);
  assert.is(listContainers(engine)[0]?.state.status, 'exited');
  assert.equal(exitCodes(engine), [255]);
  assert.equal(readdirSync(join(engine.run, 'containers')), []);
});

test('one that never had a process stays as it was made', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf(), {
    run: { ...runOf(reusedPid), process: undefined, startedAt: undefined } as never,
  });
  await sweep(engine);
  assert.equal(listContainers(engine)[0]?.state, { status: 'created' });
  assert.equal(readdirSync(join(engine.run, 'containers')), []);
});

test('an end that was recorded is not written over', async () => {
  await using engine = await testEngine();
  const exit = { exitCode: 3, oomKilled: false, startedAt: '2026-01-02T03:04:06.000Z' };
  forge(engine, recordOf(), { run: runOf(reusedPid), exit });
  await sweep(engine);
  assert.equal(listContainers(engine)[0]?.state, { status: 'exited', exit });
});

test('what the dead left half-made goes, what the living are making stays', async () => {
  await using engine = await testEngine();
  const dead = `.tmp-1-1-${otherBoot.bootId}-0123456789ab`;
  const self = selfIdentity();
  const living = `.tmp-${self.pid}-${self.startTime}-${self.bootId}-0123456789ab`;
  const places = ['root/containers', 'root/names', 'run/containers'].map((place) => join(engine.directory, place)); // prettier-ignore
  for (const place of places) {
    mkdirSync(join(place, dead, 'upper'), { recursive: true });
    mkdirSync(join(place, living));
  }
  await sweep(engine);
  for (const place of places) assert.equal(readdirSync(place), [living], place);
});

test('an interrupted deletion is finished', async () => {
  await using engine = await testEngine();
  for (const trash of ['root/trash', 'run/trash'].map((place) => join(engine.directory, place))) {
    mkdirSync(join(trash, 'x/upper/deep'), { recursive: true });
    await sweep(engine);
    assert.equal(readdirSync(trash), []);
  }
});

test('runs of containers that are not there go', async () => {
  await using engine = await testEngine();
  forgeRun(engine, runOf(reusedPid));
  await sweep(engine);
  for (const place of ['containers', 'trash']) {
    assert.equal(readdirSync(join(engine.run, place)), [], place);
  }
});

test('a damaged run record goes, and does not stand in the way of others', async () => {
  await using engine = await testEngine();
  const damaged = ['', '{"id"', 'null', '[]', JSON.stringify({ id: idOf('5') })];
  for (const [index, content] of damaged.entries()) {
    const directory = join(engine.run, 'containers', idOf(String(index + 1)));
    mkdirSync(directory);
    writeFileSync(join(directory, 'run.json'), content);
  }
  mkdirSync(join(engine.run, 'containers', idOf('6'), 'attach'), { recursive: true });
  forge(engine, recordOf(), { run: runOf(reusedPid) });
  await sweep(engine);
  assert.equal(readdirSync(join(engine.run, 'containers')), []);
  assert.equal(exitCodes(engine), [255]);
});

test('an end that the disk had no room for is moved to its place', async () => {
  await using engine = await testEngine();
  const exit = { exitCode: 7, oomKilled: false, startedAt: '2026-01-02T03:04:06.000Z' };
  const ended = join(engine.run, 'ended');
  forge(engine, recordOf());
  writeFileSync(join(ended, `${a}.json`), JSON.stringify(exit));
  writeFileSync(join(ended, `${b}.json`), JSON.stringify(exit));
  writeFileSync(join(ended, `${c}.json`), '{"exitCode"');
  await sweep(engine);
  assert.equal(listContainers(engine)[0]?.state, { status: 'exited', exit });
  assert.equal(
    readFileSync(join(engine.root, 'containers', a, 'exit.json'), 'utf8'),
    `${JSON.stringify(exit)}\n`,
  );
  assert.equal(readdirSync(ended), []);
});

test('an end that is recorded in such a place by a supervisor that was killed then is kept too', async () => {
  await using engine = await testEngine();
  const exit = { exitCode: 7, oomKilled: false, startedAt: '2026-01-02T03:04:06.000Z' };
  forge(engine, recordOf(), { run: runOf(reusedPid) });
  writeFileSync(join(engine.run, 'ended', `${a}.json`), JSON.stringify(exit));
  await sweep(engine);
  assert.equal(exitCodes(engine), [7]);
  assert.equal(readdirSync(join(engine.run, 'ended')), []);
  assert.equal(readdirSync(join(engine.run, 'containers')), []);
});

test('removal: what a living command is starting is refused, what the dead left is not', async () => {
  await using engine = await testEngine();
  const self = selfIdentity();
  const starting = { ...runOf(self), process: undefined, startedAt: undefined } as never;
  forge(engine, recordOf({ name: 'starting' }), { run: starting });
  assert.is(await codeOf(() => removeContainer(engine, 'starting')), 'CONTAINER_BUSY');
  assert.is(
    await codeOf(() => removeContainer(engine, 'starting', { force: true })),
    'CONTAINER_BUSY',
  );
  assert.equal(ids(engine), [a]);
  forgeRun(engine, runOf(reusedPid));
  await removeContainer(engine, 'starting');
  assert.equal(ids(engine), []);
  assert.equal(readdirSync(join(engine.run, 'containers')), []);
});

test('removal: a damaged run record does not stand in its way', async () => {
  await using engine = await testEngine();
  for (const content of ['', '{"id"', 'null']) {
    forge(engine, recordOf(), { run: runOf(reusedPid) });
    writeFileSync(join(engine.run, 'containers', a, 'run.json'), content);
    await removeContainer(engine, a);
    assert.equal(ids(engine), []);
    assert.equal(readdirSync(join(engine.run, 'containers')), []);
  }
});

if (needs('root')) {
  test('what cannot be deleted fails no removal, and keeps the sweep from nothing else', async () => {
    await using engine = await testEngine();
    const stuck = join(engine.root, 'trash/a-stuck');
    mkdirSync(stuck, { recursive: true });
    await run(['mount', '-t', 'tmpfs', 'none', stuck]);
    try {
      mkdirSync(join(engine.root, 'trash/b'));
      forge(engine, recordOf({ id: a, name: 'one' }));
      forge(engine, recordOf({ id: b, autoRemove: true }), { run: runOf(reusedPid, { id: b }) });
      await removeContainer(engine, 'one');
      assert.is(await codeOf(() => sweep(engine)), 'EBUSY');
      assert.equal(ids(engine), []);
      assert.equal(readdirSync(join(engine.root, 'trash')), ['a-stuck']);
    } finally {
      await run(['umount', stuck]);
    }
    await sweep(engine);
    assert.equal(readdirSync(join(engine.root, 'trash')), []);
  });
}

test('several sweep at once, and each is content', async () => {
  await using engine = await testEngine();
  for (let number = 0; number < 20; number++) {
    const id = idOf(`${number + 10}`);
    const record = recordOf({ id, name: `name-${number}`, autoRemove: true });
    forge(engine, record, number % 2 === 0 ? {} : { run: runOf(reusedPid, { id }) });
  }
  await Promise.all([sweep(engine), sweep(engine), sweep(engine)]);
  assert.equal(ids(engine), []);
  assert.equal(readdirSync(join(engine.root, 'names')), []);
  assert.equal(readdirSync(join(engine.run, 'containers')), []);
});

test('removal: what runs is refused, what does not is gone with its name', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf({ id: a, name: 'running' }), { run: runOf(selfIdentity(), { id: a }) });
  forge(engine, recordOf({ id: b, name: 'ended' }), { run: runOf(reusedPid, { id: b }) });
  assert.is(await codeOf(() => removeContainer(engine, 'running')), 'CONTAINER_RUNNING');
  await removeContainer(engine, 'ended');
  assert.equal(ids(engine), [a]);
  assert.equal(readdirSync(join(engine.root, 'names')), ['running']);
  assert.equal(readdirSync(join(engine.run, 'containers')), [a]);
  assert.is(await codeOf(() => removeContainer(engine, 'ended')), 'CONTAINER_NOT_FOUND');
});

if (needs('cgroup')) {
  test('the cgroup of a container goes with its dead owner, not before', async () => {
    const before = await snapshotHost();
    {
      await using engine = await testEngine();
      const cgroupsPath = `ctr-test-${process.pid}-swept`;
      const cgroup = await createCgroup(cgroupsPath, { pids: { limit: 5 } });
      const recorded = { ...runOf(reusedPid), cgroupsPath };
      forge(engine, recordOf(), { run: { ...recorded, owner: selfIdentity() } });
      await sweep(engine);
      await openCgroup(cgroupsPath);
      forge(engine, recordOf(), { run: recorded });
      await Promise.all([sweep(engine), sweep(engine)]);
      assert.is(await codeOf(() => openCgroup(cgroupsPath)), 'CGROUP_NOT_FOUND');
      // Nothing to do any more, and no failure.
      await sweep(engine);
      await cgroup.delete();
    }
    await assertNothingLeft(before);
  });
}

test.run();
