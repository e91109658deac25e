import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerLog, removeContainer } from '../../src/index.ts';
import type { ContainerLogOptions, Engine, LogEntry } from '../../src/index.ts';
import { removeRunRecord } from '../../src/run-record.ts';
import {
  codeOf,
  forge,
  idOf,
  noSuchPid,
  recordOf,
  reusedPid,
  runOf,
  testEngine,
} from '../fixture.ts';
import { collect } from './fixture.ts';
import { LogWriter } from './log-writer.ts';

const exit = { exitCode: 0, oomKilled: false, startedAt: '2026-01-02T03:04:06.000Z' };

function write(engine: Engine, ...texts: string[]): void {
  using writer = new LogWriter(join(engine.root, 'containers', idOf('a')));
  for (const text of texts) writer.write(text);
}

const texts = async (engine: Engine, options?: ContainerLogOptions): Promise<string[]> =>
  (await collect(containerLog(engine, 'some_name', options))).map(({ text }) => text);

test('a container that is not there is told at once', async () => {
  await using engine = await testEngine();
  assert.is(await codeOf(() => containerLog(engine, 'nosuch')), 'CONTAINER_NOT_FOUND');
  forge(engine, recordOf({ id: idOf('ab'), name: 'one' }));
  forge(engine, recordOf({ id: idOf('ac'), name: 'two' }));
  assert.is(await codeOf(() => containerLog(engine, 'a')), 'CONTAINER_AMBIGUOUS');
});

test('one that was never started has written nothing, and is not waited for', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  assert.equal(await texts(engine), []);
  assert.equal(await texts(engine, { follow: true }), []);
});

test('one that has ended, by name and by the beginning of its id', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf(), { exit });
  write(engine, '1\n', '2\n');
  assert.equal(await texts(engine, { follow: true, tail: 1 }), ['2\n']);
  assert.is((await collect<LogEntry>(containerLog(engine, 'aa'.slice(1)))).length, 2);
});

test('one whose start or run was cut off is not waited for', async () => {
  await using engine = await testEngine();
  for (const process of [reusedPid, noSuchPid]) {
    forge(engine, recordOf(), { run: runOf(process) });
    assert.equal(await texts(engine, { follow: true }), []);
  }
});

for (const [what, end] of [
  ['ends', (engine: Engine) => forge(engine, recordOf(), { exit })],
  ['is removed', (engine: Engine) => rmSync(join(engine.root, 'containers', idOf('a')), { recursive: true })], // prettier-ignore
] as const) {
  test(`one that runs is followed until it ${what}`, async () => {
    await using engine = await testEngine();
    forge(engine, recordOf(), { run: runOf(selfIdentity()) });
    write(engine, '1\n');
    const entries = containerLog(engine, 'some_name', { follow: true });
    assert.is((await entries.next()).value?.text, '1\n');
    const next = entries.next();
    write(engine, '2\n');
    assert.is((await next).value?.text, '2\n');
    const last = entries.next();
    end(engine);
    removeRunRecord(engine, idOf('a'));
    assert.is((await last).done, true);
  });
}

test('one that is being started is waited for', async () => {
  await using engine = await testEngine();
  const run = { id: idOf('a'), owner: selfIdentity(), cgroupsPath: 'ctr/a' };
  forge(engine, recordOf(), { run });
  const entries = containerLog(engine, 'some_name', { follow: true });
  const first = entries.next();
  await new Promise((resolve) => setTimeout(resolve, 500));
  write(engine, '1\n');
  assert.is((await first).value?.text, '1\n');
  removeRunRecord(engine, idOf('a'));
  assert.is((await entries.next()).done, true);
  await removeContainer(engine, 'some_name');
});

test.run();
