import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, blobsOf, digestsOf, layerOf, leftovers, testStore } from './support.ts';

const all = { minimumAge: 0 };
const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** Runs a piece of a program with the store of `root`, and kills it so many milliseconds after it begins. */
async function runAndKill(root: string, body: string, afterMs: number): Promise<boolean> {
  const program = `
    const { openImageStore } = await import(${JSON.stringify(index)});
    const store = await openImageStore({ root: ${JSON.stringify(root)} });
    process.stdout.write('begin\\n');
    ${body}`;
  const flags = ['--import', 'tsx', '--conditions=@ctrkit/source', '--input-type=module'];
  const child = spawn(process.execPath, [...flags, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  return signal === 'SIGKILL';
}

/** A program that imports an archive slowly: in twenty pieces, one every 50 ms. */
async function slowImport(archive: string): Promise<string> {
  const piece = Math.ceil((await stat(archive)).size / 20);
  return `
    const { createReadStream } = await import('node:fs');
    async function* slowly() {
      const options = { highWaterMark: ${piece} };
      for await (const chunk of createReadStream(${JSON.stringify(archive)}, options)) {
        yield chunk;
        await new Promise((r) => setTimeout(r, 50));
      }
    }
    await store.import(slowly());`;
}

test('an import that is killed shows nothing, and the next one works', async () => {
  await using on = await testStore();
  const kept = await addImage(on, 'kept:1');
  await using other = await testStore();
  const layers = [randomBytes(300_000), randomBytes(300_000), randomBytes(300_000)];
  const image = await addImage(other, 'new:1', { layers });
  const file = join(on.aside, 'new.tar');
  await writeFile(file, await other.store.export(['new:1']));
  const body = await slowImport(file);
  for (const afterMs of [0, 150, 300, 450, 600, 750]) {
    assert.ok(await runAndKill(on.root, body, afterMs));
    assert.equal(
      (await on.store.list()).map(({ name, problem }) => [name, problem]),
      [['docker.io/library/kept:1', undefined]],
    );
  }
  assert.ok((await leftovers(on.root)).length > 0, 'it was never killed half-way');
  await on.store.import(createReadStream(file));
  const result = await on.store.collectGarbage(all);
  assert.is(result.deferred, false);
  assert.equal(await blobsOf(on.root), [...digestsOf(kept), ...digestsOf(image)].toSorted());
  assert.equal(await leftovers(on.root), []);
});

test('an import that is killed between its blobs and its index shows nothing', async () => {
  await using on = await testStore();
  await using other = await testStore();
  await addImage(other, 'new:1');
  const file = join(on.aside, 'new.tar');
  await writeFile(file, await other.store.export(['new:1']));
  // The last bytes, with index.json among them, never come.
  const body = `
    const { createReadStream } = await import('node:fs');
    const { Readable } = await import('node:stream');
    async function* half() {
      for await (const chunk of createReadStream(${JSON.stringify(file)}, { highWaterMark: 512 })) {
        if (chunk.includes('index.json')) await new Promise((r) => setTimeout(r, 60_000));
        yield chunk;
      }
    }
    await store.import(half());`;
  assert.ok(await runAndKill(on.root, body, 600));
  assert.ok((await blobsOf(on.root)).length > 0, 'no blob had arrived');
  assert.equal(await on.store.list(), []);
  assert.is((await on.store.collectGarbage(all)).deleted.length, 3);
  assert.equal(await leftovers(on.root), []);
});

/** Puts blobs into a store that nothing refers to. */
async function litter(root: string, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    await writeFile(join(root, 'blobs', 'sha256', randomBytes(32).toString('hex')), 'litter');
  }
}

test('a collection that is killed loses no image, and the next one ends its work', async () => {
  await using on = await testStore();
  const kept = await addImage(on, 'kept:1');
  const body = 'await store.collectGarbage({ minimumAge: 0 });';
  let halfway = 0;
  for (let afterMs = 0; afterMs < 300; afterMs += 20) {
    await litter(on.root, 500);
    const killed = await runAndKill(on.root, body, afterMs);
    const left = (await blobsOf(on.root)).length + (await leftovers(on.root)).length;
    if (killed && left > 3) halfway++;
    for await (const _ of await on.store.export(['kept:1'])) continue;
    if (!killed) break;
  }
  assert.ok(halfway > 0, 'the collection was always quicker than its killer');
  await on.store.collectGarbage(all);
  assert.equal(await blobsOf(on.root), digestsOf(kept));
  assert.equal(await leftovers(on.root), []);
});

test('a removal that is killed leaves the image whole or gone', async () => {
  await using on = await testStore();
  let killed = 0;
  for (let afterMs = 0; afterMs < 60; afterMs += 6) {
    await addImage(on, 'a:1', { layers: Array.from({ length: 20 }, (_, n) => layerOf(`${n}`)) });
    if (await runAndKill(on.root, `await store.remove('a:1');`, afterMs)) killed++;
    for (const { name, problem } of await on.store.list()) {
      assert.is(problem, undefined);
      for await (const _ of await on.store.export([name ?? ''])) continue;
    }
  }
  assert.ok(killed > 0, 'the removal was always quicker than its killer');
});

test('a lease dies with its process', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  const body = `
    await store.lease('everything');
    await new Promise((r) => setTimeout(r, 60_000));`;
  assert.ok(await runAndKill(on.root, body, 500));
  await on.store.remove('a:1');
  assert.equal(await blobsOf(on.root), []);
  assert.is(digestsOf(image).length, 3);
});

test.run();
