import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { temporaryName } from '@ctrkit/durable';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { chainIds } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { claimLayers, collectLayers, ensureLayers, storedLayers } from '@ctrkit/rootfs';
import type { LayeredImage } from '@ctrkit/rootfs';
import { makeImageLayout, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const asRoot = when(needs('root'));
const child = fileURLToPath(new URL('children/use-layers.ts', import.meta.url));
const dead = '.tmp-999999999-1-00000000-0000-0000-0000-000000000000-0123456789ab';

interface Store extends AsyncDisposable {
  readonly root: string;
  readonly source: string;
  readonly image: LayeredImage;
  readonly ids: Digest[];
  readonly ensure: () => Promise<string[]>;
  /** Where what is half-made, claimed or being deleted stands. */
  readonly leftovers: () => string[];
}

/** A store with an image of two layers, unpacked. */
async function unpacked(): Promise<Store> {
  const base = await temporaryDirectory();
  const [source, root] = [join(base.path, 'layout'), join(base.path, 'root')];
  const layer = (content: string): Buffer => tarOf([{ path: 'file', type: 'File', content }]);
  await makeImageLayout(source, { layers: [layer('one'), layer('three')] });
  const layout = await openLayout(source);
  const image = await resolveImage(layout);
  const ensure = async (): Promise<string[]> => await ensureLayers(layout, image, { root });
  await ensure();
  return {
    root,
    source,
    image,
    ids: image.config.rootfs.diff_ids,
    ensure,
    leftovers: () =>
      ['layers/claims', 'layers/collectors', 'trash'].flatMap((name) =>
        existsSync(join(root, name)) ? readdirSync(join(root, name)) : [],
      ),
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}

const nothing = (): Promise<Set<Digest>> => Promise.resolve(new Set());

asRoot('what is not needed goes, with the bytes that its files had; the rest stays', async () => {
  await using store = await unpacked();
  const [first, second] = store.ids as [Digest, Digest];
  const result = await collectLayers(store.root, {
    needed: () => Promise.resolve(new Set(chainIds([first]))),
  });
  assert.equal(result, { deleted: [second], reclaimed: 'three'.length, deferred: false });
  assert.equal(await storedLayers(store.root), [first]);
  assert.equal(store.leftovers(), []);
  assert.is((await store.ensure()).length, 2);
});

asRoot('what is claimed stays until it is released', async () => {
  await using store = await unpacked();
  {
    using _ = await claimLayers(store.root, store.image);
    const { deleted } = await collectLayers(store.root, { needed: nothing });
    assert.equal(deleted, []);
  }
  const { deleted } = await collectLayers(store.root, { needed: nothing });
  assert.equal(deleted.toSorted(), store.ids.toSorted());
});

asRoot('where nobody can tell what is needed nothing goes', async () => {
  await using store = await unpacked();
  const result = await collectLayers(store.root, { needed: () => Promise.resolve(undefined) });
  assert.equal(result, { deleted: [], reclaimed: 0, deferred: true });
  const failing = collectLayers(store.root, { needed: () => Promise.reject(new Error('no')) });
  assert.is(await failing.catch((error: Error) => error.message), 'no');
  assert.is((await storedLayers(store.root)).length, 2);
  assert.equal(store.leftovers(), []);
});

asRoot('who claims waits while somebody collects, and then sees what is left', async () => {
  await using store = await unpacked();
  let open = (): void => {};
  const asked = new Promise<void>((resolve) => {
    open = resolve;
  });
  let go = (): void => {};
  const gate = new Promise<Set<Digest>>((resolve) => {
    go = () => resolve(new Set());
  });
  const collecting = collectLayers(store.root, { needed: () => (open(), gate) });
  await asked;
  let claimed = false;
  const claiming = claimLayers(store.root, store.image).then((claim) => {
    claimed = true;
    return claim;
  });
  await sleep(50);
  assert.is(claimed, false);
  go();
  using _ = await claiming;
  assert.is((await collecting).deleted.length, 2);
  assert.equal(await storedLayers(store.root), []);
});

asRoot('a wait for a collection can be given up, and leaves no claim', async () => {
  await using store = await unpacked();
  mkdirSync(join(store.root, 'layers/collectors'), { recursive: true });
  writeFileSync(temporaryName(join(store.root, 'layers/collectors/x')), '');
  const reason = new Error('enough');
  const claiming = claimLayers(store.root, store.image, { signal: AbortSignal.abort(reason) });
  assert.is(await claiming.catch((error: unknown) => error), reason);
  assert.equal(readdirSync(join(store.root, 'layers/claims')), []);
});

asRoot('what the dead claimed, collected or unpacked counts no more and goes', async () => {
  await using store = await unpacked();
  for (const place of ['claims', 'collectors']) {
    mkdirSync(join(store.root, 'layers', place), { recursive: true });
    writeFileSync(join(store.root, 'layers', place, dead), JSON.stringify(store.ids));
  }
  mkdirSync(join(store.root, 'layers/sha256', dead, 'fs'), { recursive: true });
  using claim = await claimLayers(store.root, store.image);
  claim.release();
  assert.is((await collectLayers(store.root, { needed: nothing })).deleted.length, 2);
  assert.equal(readdirSync(join(store.root, 'layers/sha256')), []);
  assert.equal(store.leftovers(), []);
});

asRoot(
  'a layer whose record a power cut left empty or half is no layer, and is unpacked again',
  async () => {
    await using store = await unpacked();
    for (const left of ['', '{"diffId":"sha', '\0'.repeat(200)]) {
      for (const id of store.ids) {
        writeFileSync(
          join(store.root, 'layers/sha256', id.slice('sha256:'.length), 'layer.json'),
          left,
        );
      }
      const directories = await store.ensure();
      assert.equal(
        directories.map((path) => readdirSync(path)),
        [['file'], ['file']],
      );
    }
    assert.is((await collectLayers(store.root, { needed: nothing })).reclaimed, 'onethree'.length);
  },
);

asRoot('a claim that is not written to its end puts the collection off', async () => {
  await using store = await unpacked();
  mkdirSync(join(store.root, 'layers/claims'), { recursive: true });
  writeFileSync(temporaryName(join(store.root, 'layers/claims/x')), '["sha256:');
  assert.is((await collectLayers(store.root, { needed: nothing })).deferred, true);
  assert.is((await storedLayers(store.root)).length, 2);
});

asRoot('beside processes that use layers all the time, none is taken from them', async () => {
  await using store = await unpacked();
  const command = [process.execPath, '--import', 'tsx', '--conditions=@ctrkit/source', child] as const; // prettier-ignore
  const busy = { count: 3 };
  const users = Array.from({ length: busy.count }, async () => {
    const result = await run([...command, store.source, store.root, '12'], { timeout: 120_000 });
    busy.count--;
    return result;
  });
  let collected = 0;
  while (busy.count > 0) {
    collected += (await collectLayers(store.root, { needed: nothing })).deleted.length;
    await sleep(5);
  }
  for (const { code, stderr } of await Promise.all(users)) assert.is(code, 0, stderr);
  assert.ok(collected > 2, 'nothing was ever free to be collected');
  assert.equal(store.leftovers(), []);
});

asRoot('a collection that is killed leaves each layer whole or gone', async () => {
  await using store = await unpacked();
  for (const after of [0, 2, 4, 8, 16, 32]) {
    await store.ensure();
    const killed = spawn(
      process.execPath,
      ['--import', 'tsx', '--conditions=@ctrkit/source', '--input-type=module', '-e', collectProgram(store.root)], // prettier-ignore
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const closed = once(killed, 'close');
    await once(killed.stdout, 'data');
    await sleep(after);
    killed.kill('SIGKILL');
    await closed;
    for (const directory of await store.ensure()) assert.equal(readdirSync(directory), ['file']);
  }
  await collectLayers(store.root, { needed: nothing });
  assert.equal(store.leftovers(), []);
});

const collectProgram = (root: string): string => `
  const { collectLayers } = await import(${JSON.stringify(fileURLToPath(new URL('../src/index.ts', import.meta.url)))});
  process.stdout.write('begin\\n');
  await collectLayers(${JSON.stringify(root)}, { needed: () => Promise.resolve(new Set()) });`;

test.run();
