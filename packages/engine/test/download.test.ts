import { readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openImageStore, serveRegistry, withEntries } from '@ctrkit/image-store';
import type { ImageStore, RunningRegistry } from '@ctrkit/image-store';
import type { Descriptor, ImageIndex } from '@ctrkit/oci';
import { makeImageLayout, needs, tarOf } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pullImage, pullLocked } from '../src/index.ts';
import { testEngine } from './fixture.ts';
import type { TestEngine } from './fixture.ts';

interface House extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly store: ImageStore;
  /** Serves the images of `theirs`. */
  readonly registry: RunningRegistry;
  readonly theirs: ImageStore;
  /** Where the registry is, as names begin. */
  readonly host: string;
  /** Puts an image of that text into a store, and answers its id. */
  readonly add: (to: ImageStore, name: string, text: string) => Promise<string>;
}

async function house(): Promise<House> {
  const engine = await testEngine();
  const theirs = await openImageStore({ root: join(engine.directory, 'theirs') });
  const registry = await serveRegistry(theirs);
  let made = 0;
  return {
    engine,
    store: await openImageStore(engine),
    registry,
    theirs,
    host: new URL(registry.origin).host,
    add: async (to, name, text) => {
      const directory = join(engine.directory, `source-${made++}`);
      const layer = tarOf([{ path: 'file', type: 'File', content: text }]);
      const { config } = await makeImageLayout(directory, { layers: [layer] });
      await to.import(directory, { name });
      return config.digest;
    },
    [Symbol.asyncDispose]: async () => {
      await registry[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

const shown = async (store: ImageStore): Promise<unknown[]> =>
  (await store.list()).map(({ name, id }) => [name, id]);

const REF_NAME = 'org.opencontainers.image.ref.name';

/** What somebody else does to index.json in that moment. */
function update({ layout }: ImageStore, change: (entries: Descriptor[]) => Descriptor[]): void {
  const path = join(layout.directory, 'index.json');
  const index = JSON.parse(readFileSync(path, 'utf8')) as ImageIndex;
  writeFileSync(path, JSON.stringify({ ...index, manifests: change(index.manifests) }));
}

if (needs('root')) {
  test('an image that got the name while another was pulled under it stays, without one', async () => {
    await using on = await house();
    const name = `${on.host}/app:1`;
    const pulled = await on.add(on.theirs, 'app:1', 'pulled');
    const old = await on.add(on.store, name, 'old');
    const meanwhile = await on.add(on.store, 'meanwhile:1', 'meanwhile');
    let isThere = false;
    await pullImage(on.engine, name, {
      onEvent: (event) => {
        if (isThere || event.type !== 'layer') return;
        isThere = true;
        update(on.store, (entries) => {
          const [before, other] = entries;
          assert.ok(before !== undefined && other !== undefined);
          const taken = { ...other, annotations: { ...before.annotations } };
          return withEntries([before], [taken]);
        });
      },
    });
    assert.ok(isThere);
    assert.equal(await shown(on.store), [
      [undefined, old],
      [undefined, meanwhile],
      [name, pulled],
    ]);
  });

  test('what is pulled from a lockfile gets its name in one step, and no other', async () => {
    await using on = await house();
    const name = `${on.host}/app:1`;
    const locked = await on.add(on.theirs, 'app:1', 'locked');
    const { images } = await on.theirs.lock(['app:1']);
    const [image] = Object.values(images);
    assert.ok(image !== undefined);
    const old = await on.add(on.store, name, 'old');
    await on.add(on.theirs, 'app:1', 'newer');
    const lock = { lockVersion: 1, images: { [name]: image } } as const;
    const exact = `${on.host}/app@${image.digest}`;
    const seen = new Set<string | undefined>();
    const watcher = watch(on.engine.root, () => {
      const bytes = readFileSync(join(on.engine.root, 'index.json'), 'utf8');
      const { manifests } = JSON.parse(bytes) as ImageIndex;
      for (const { annotations } of manifests) seen.add(annotations?.[REF_NAME]);
    });
    const { digest } = await pullLocked(on.engine, lock, name).finally(() => watcher.close());
    assert.is(digest, image.digest);
    assert.not(seen.has(exact));
    assert.equal(await shown(on.store), [
      [undefined, old],
      [name, locked],
    ]);
    // Pulled by its digest, it has that name as well, and keeps it.
    await pullImage(on.engine, exact);
    await pullLocked(on.engine, lock, name);
    const names = (await on.store.list()).flatMap(({ name: one }) => one ?? []);
    assert.equal(names.toSorted(), [name, exact].toSorted());
  });
}

test.run();
