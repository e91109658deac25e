/** The power fails at many points of what changes a store: every image that is listed is whole. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loopDisk, makeImageLayout, needs, temporaryDirectory } from '@ctrkit/testing';
import type { SmallDisk } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openImageStore } from '../src/index.ts';
import type { ImageStore } from '../src/index.ts';
import { leftovers } from './support.ts';

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const NAMES = ['a', 'b', 'c', 'd'];
const CUTS = 10;

/** A program that imports, tags, removes and collects until it is killed. */
const busy = (root: string, layouts: string): string => `
  const { openImageStore } = await import(${JSON.stringify(index)});
  const store = await openImageStore({ root: ${JSON.stringify(root)} });
  process.stdout.write('begin\\n');
  for (let round = 0; ; round++) {
    for (const name of ${JSON.stringify(NAMES)}) {
      await store.import(${JSON.stringify(layouts)} + '/' + name, { name });
      await store.tag(name, name + ':' + round % 3);
    }
    for (const name of ['a', 'c']) await store.remove(name);
    await store.collectGarbage({ minimumAge: 0 });
    for (const { name } of await store.list()) await store.remove(name);
  }`;

/** Reads every byte of every image that is listed; fails where one is not what its digest says. */
async function readAll(store: ImageStore): Promise<number> {
  const records = await store.list();
  for (const { name, problem } of records) {
    assert.is(problem, undefined, name);
    for await (const _ of await store.export([name ?? ''])) continue;
  }
  return records.length;
}

/** The next commands on a store; answers how many images it had. */
async function goOn(root: string, layout: string): Promise<number> {
  const store = await openImageStore({ root });
  const seen = await readAll(store);
  await store.import(layout, { name: 'after' });
  assert.is((await store.collectGarbage({ minimumAge: 0 })).deferred, false);
  assert.is(await readAll(store), (await store.list()).length);
  assert.equal(await leftovers(root), []);
  return seen;
}

if (needs('loop-device')) {
  test('a power cut at many points: what is listed is whole, and the next command works', async () => {
    await using disk = await loopDisk(32);
    await using aside = await temporaryDirectory();
    for (const name of NAMES) {
      const layers = [randomBytes(400_000), randomBytes(100_000)];
      await makeImageLayout(join(aside.path, name), { layers });
    }
    const flags = ['--import', 'tsx', '--conditions=@ctrkit/source', '--input-type=module'];
    const program = busy(join(disk.path, 'store'), aside.path);
    const child = spawn(process.execPath, [...flags, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    const cuts: SmallDisk[] = [];
    let seen = 0;
    try {
      await once(child.stdout, 'data');
      for (let point = 0; point < CUTS; point++) {
        await sleep(37 * (1 + (point % 7)));
        assert.is(child.exitCode, null, 'the program has ended');
        child.kill('SIGSTOP');
        cuts.push(await disk.cut());
        child.kill('SIGCONT');
      }
      // After a power cut it would not live either.
      child.kill('SIGKILL');
      await closed;
      for (const { path } of cuts) seen += await goOn(join(path, 'store'), join(aside.path, 'd'));
    } finally {
      child.kill('SIGKILL');
      for (const cut of cuts) await cut[Symbol.asyncDispose]();
    }
    assert.ok(seen > 0, 'no image was ever there');
    await goOn(join(disk.path, 'store'), join(aside.path, 'd'));
  });
}

test.run();
