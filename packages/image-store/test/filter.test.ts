import { updateIndex, writeBlob } from '@ctrkit/layout';
import { mediaTypes } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { imageFilter, listFilters, newestFirst, pruneFilters } from '../src/index.ts';
import type { ImageFilter } from '../src/index.ts';
import { named } from '../src/entries.ts';
import { parseReference } from '@ctrkit/oci';
import { codeOf, testStore } from './support.ts';
import type { TestStore } from './support.ts';

/** Puts an image without layers into a store: what a list shows of it is in its configuration. */
async function put(
  { store: { layout } }: TestStore,
  names: readonly string[] | ((manifest: Digest) => string[]),
  { created, labels }: { created: string; labels?: Record<string, string> },
): Promise<{ id: Digest; manifest: Digest }> {
  const write = async (value: object): Promise<{ digest: Digest; size: number }> =>
    await writeBlob(layout, undefined, [Buffer.from(JSON.stringify(value))] as never);
  const config = await write({
    architecture: 'amd64',
    os: 'linux',
    created,
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const manifest = await write({
    schemaVersion: 2,
    config: { mediaType: mediaTypes.config, ...config },
    layers: [],
  });
  const descriptor = { mediaType: mediaTypes.manifest, ...manifest };
  const given = typeof names === 'function' ? names(manifest.digest) : names;
  const references = given.length === 0 ? [undefined] : given.map(parseReference);
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: [...index.manifests, ...references.map((name) => named(descriptor, name))],
  }));
  return { id: config.digest, manifest: manifest.digest };
}

const day = (number: number): string => `2026-01-0${number}T00:00:00Z`;

interface House extends AsyncDisposable {
  readonly on: TestStore;
  /** What a filter leaves, as short names. */
  readonly list: (filter: ImageFilter) => Promise<string[]>;
  /** From the oldest to the newest. */
  readonly ids: readonly Digest[];
  /** A name with the digest that it means. */
  readonly pinned: string;
}

async function house(): Promise<House> {
  const on = await testStore();
  const busybox = await put(on, ['busybox:1.36', 'me/box:old'], { created: day(1) });
  const web = await put(on, ['localhost:5000/web'], {
    created: day(2),
    labels: { tier: 'web', empty: '' },
  });
  const nameless = await put(on, [], { created: day(3), labels: { tier: 'db' } });
  const only = await put(on, (digest) => [`quay.io/only@${digest}`], { created: day(4) });
  return {
    on,
    ids: [busybox, web, nameless, only].map(({ id }) => id),
    pinned: `quay.io/only@${only.manifest}`,
    list: async (filter) =>
      (await on.store.list({ filter })).map(
        ({ name }) => name?.replace(/^docker.io\/(library\/)?|@.*/g, '') ?? '<none>',
      ),
    [Symbol.asyncDispose]: () => on[Symbol.asyncDispose](),
  };
}

const all = ['busybox:1.36', 'me/box:old', 'localhost:5000/web:latest', '<none>', 'quay.io/only'];
const [one, two, web, none, only] = all as [string, string, string, string, string];

test('each filter', async () => {
  await using h = await house();
  for (const [filter, expected] of [
    [{}, all],
    [{ dangling: true }, [none, only]],
    [{ dangling: false }, [one, two, web, only]],
    [{ references: ['busybox'] }, [one]],
    [{ references: ['busybox:1.36'] }, [one]],
    [{ references: ['busybox:2'] }, []],
    [{ references: ['*box*'] }, [one]],
    [{ references: ['*/*'] }, [two, web, only]],
    [{ references: ['docker.io/library/busybox'] }, []],
    [{ references: ['busybox', 'me/*'] }, [one, two]],
    [{ labels: ['tier'] }, [web, none]],
    [{ labels: ['tier=web'] }, [web]],
    [{ labels: ['tier', 'empty'] }, [web]],
    [{ labels: ['empty='] }, [web]],
    [{ labels: ['constructor'] }, []],
    [{ withoutLabels: ['tier=web'] }, [one, two, none, only]],
    [{ before: ['localhost:5000/web'] }, [one, two]],
    [{ since: ['localhost:5000/web'] }, [none, only]],
    [{ since: ['busybox:1.36'], before: [h.pinned] }, [web, none]],
    [{ until: new Date(day(2)) }, [one, two, web]],
    [{ until: new Date(day(2)), labels: ['tier'] }, [web]],
  ] as const) {
    assert.equal(await h.list(filter), expected, JSON.stringify(filter));
  }
});

test('before and since take ids too, and say what is not there', async () => {
  await using h = await house();
  assert.equal(await h.list({ since: [h.ids[2]?.slice(7, 19) ?? ''] }), [only]);
  assert.is(await codeOf(h.list({ before: ['nosuch'] })), 'IMAGE_NOT_FOUND');
  assert.is(await codeOf(h.list({ references: ['['] })), 'FILTER_INVALID');
});

test('the newest image first, its names in their order', async () => {
  await using h = await house();
  const sorted = newestFirst(await h.on.store.list());
  assert.equal(
    sorted.map(({ id }) => id),
    [3, 2, 1, 0, 0].map((index) => h.ids[index]),
  );
  assert.match(sorted[3]?.name ?? '', /busybox/);
});

test('filters as they are written', () => {
  const moment = (text: string): Date => new Date(text);
  const filter = (...texts: (readonly [string, string])[]): ImageFilter =>
    imageFilter(texts, listFilters, moment);
  assert.equal(filter(['dangling', 'true'], ['label', 'a'], ['label', 'b=c']), {
    dangling: true,
    labels: ['a', 'b=c'],
  });
  assert.equal(filter(['dangling', '0'], ['until', day(1)]), {
    dangling: false,
    until: new Date(day(1)),
  });
  assert.equal(imageFilter([['label!', 'a']], pruneFilters, moment), { withoutLabels: ['a'] });
  for (const [text, message] of [
    [['nosuch', '1'], "Invalid filter 'nosuch'"],
    [['dangling', 'perhaps'], "Invalid filter 'dangling=perhaps'"],
    [['label!', 'a'], "Invalid filter 'label!'"],
  ] as const) {
    assert.throws(
      () => filter(text),
      (error: { code: string; message: string }) =>
        error.code === 'FILTER_INVALID' && error.message === message,
    );
  }
});

test.run();
