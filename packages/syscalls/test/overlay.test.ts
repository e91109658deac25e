import { existsSync } from 'node:fs';
import { chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cloneFlags,
  Helper,
  makeUserNamespace,
  mountAttributes,
  runPlan,
  supervise,
  walkTree,
} from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { assertNothingLeft, needs, snapshotHost, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf, ownUserNamespace, shell } from './plan-helpers.ts';

type Overlay = Extract<Operation, { op: 'root-overlay' | 'root-overlay-by-name' }>;
type Parts = Pick<Overlay, 'lowers' | 'upper' | 'work'> & { readonly attributes?: number };

const [major = 0, minor = 0] = (await import('node:os')).release().split('.').map(Number.parseFloat); // prettier-ignore
const oneByOne = major > 6 || (major === 6 && minor >= 7);
/** Both forms, as far as this kernel has them. */
const forms: readonly Overlay['op'][] = [
  ...(oneByOne ? (['root-overlay'] as const) : []),
  'root-overlay-by-name',
];

interface Ground {
  readonly who: string;
  /** Enters the namespaces in which the overlay is mounted. */
  readonly before: readonly Operation[];
  readonly options: readonly string[];
}

const own: Operation[] = [{ op: 'unshare', flags: cloneFlags.mount }, { op: 'private-mounts' }];
const grounds: readonly Ground[] = [
  ...(needs('root', 'overlay') ? [{ who: 'root', before: own, options: [] }] : []),
  ...(needs('user-namespaces', 'overlay-rootless')
    ? [
        {
          who: 'in a user namespace',
          before: [...ownUserNamespace(), ...own] satisfies Operation[],
          options: ['userxattr'],
        },
      ]
    : []),
];

const mounting = (ground: Ground, op: Overlay['op'], parts: Parts): Operation[] => [
  ...ground.before,
  { op, options: ground.options, attributes: 0, ...parts },
  { op: 'attach-root' },
];

/** The files of a mounted overlay: path and content. */
async function viewOf(plan: readonly Operation[]): Promise<Record<string, string>> {
  const view: Record<string, string> = {};
  let path = '';
  for await (const record of walkTree(plan, { contents: 1000 })) {
    if (record.kind === 'data') view[path] = record.content.toString();
    else path = record.path.toString();
  }
  return view;
}

async function write(base: string, files: Record<string, string>): Promise<string> {
  await mkdir(base, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(base, path, '..'), { recursive: true });
    await writeFile(join(base, path), content);
  }
  return base;
}

/** An upper and a work directory. */
async function writable(base: string): Promise<{ upper: string; work: string }> {
  const [upper, work] = [await write(join(base, 'upper'), {}), await write(join(base, 'work'), {})];
  return { upper, work };
}

/** Layers of which each has a file of its own and one that all have; the uppermost first. */
async function manyLayers(base: string, count: number): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return Promise.all(
    numbers.map((number) =>
      write(join(base, `layer-${number}`), { [`own-${number}`]: '', all: `from ${number}` }),
    ),
  );
}

for (const ground of grounds) {
  for (const op of forms) {
    const name = `${ground.who}, ${op}`;

    test(`${name}: the upper layer covers the lower, directories are joined`, async () => {
      await using base = await temporaryDirectory();
      const top = await write(join(base.path, 'top'), { 'd/a': 'top a', 'd/b': 'top b' });
      const bottom = await write(join(base.path, 'bottom'), { 'd/b': 'low b', 'd/c': 'low c' });
      const upper = await write(join(base.path, 'upper'), { 'd/a': 'upper a' });
      const work = await write(join(base.path, 'work'), {});
      const view = await viewOf(mounting(ground, op, { lowers: [top, bottom], upper, work }));
      assert.equal(view, { 'd/a': 'upper a', 'd/b': 'top b', 'd/c': 'low c' });
    });

    test(`${name}: 200 layers`, async () => {
      await using base = await temporaryDirectory();
      const lowers = await manyLayers(base.path, 200);
      const parts = { lowers, ...(await writable(base.path)) };
      const view = await viewOf(mounting(ground, op, parts));
      assert.is(view['all'], 'from 0');
      const plain = await viewOf(mounting(ground, op, { lowers, upper: '', work: '' }));
      assert.equal(plain, view);
      assert.is(Object.keys(view).length, 1);
    });

    test(`${name}: paths with what an option list would take for its own`, async () => {
      await using base = await temporaryDirectory();
      for (const odd of ['a:b', 'a,b', 'a=b', 'a b', 'a\\b', 'a\\:b']) {
        const there = join(base.path, odd);
        const lowers = [await write(join(there, 'lower'), { f: odd })];
        const plan = mounting(ground, op, { lowers, ...(await writable(there)) });
        assert.equal(await viewOf(plan), { f: odd });
      }
    });

    test(`${name}: paths longer than a string of fsconfig`, async () => {
      await using base = await temporaryDirectory();
      const there = join(base.path, 'x'.repeat(200), 'y'.repeat(200));
      const lowers = [await write(join(there, 'lower'), { f: 'found' })];
      const plan = mounting(ground, op, { lowers, ...(await writable(there)) });
      assert.equal(await viewOf(plan), { f: 'found' });
    });

    test(`${name}: options with a value, and one that there is not`, async () => {
      await using base = await temporaryDirectory();
      const lowers = await manyLayers(base.path, 2);
      const given = (option: string): Operation[] =>
        mounting({ ...ground, options: [...ground.options, option] }, op, { lowers, upper: '', work: '' }); // prettier-ignore
      assert.is((await viewOf(given('index=off')))['all'], 'from 0');
      assert.is(await failureOf(viewOf(given('nosuchoption'))), `${op} EINVAL`);
    });

    test(`${name}: what is written goes to the upper directory alone`, async () => {
      await using base = await temporaryDirectory();
      const lower = await write(join(base.path, 'lower'), { f: '' });
      const parts = { lowers: [lower], ...(await writable(base.path)) };
      const made: Operation = { op: 'directory', path: '/made', mode: 0o755 };
      const plan = [...mounting(ground, op, parts), made];
      assert.is(await failureOf(runPlan('launch', plan)), 'end ECANCELED');
      assert.ok(existsSync(join(parts.upper, 'made')));
      assert.not(existsSync(join(lower, 'made')));
    });

    test(`${name}: without an upper directory, or with one and \`ro\`, it is read-only`, async () => {
      await using base = await temporaryDirectory();
      const lowers = await manyLayers(base.path, 2);
      const made: Operation = { op: 'directory', path: '/made', mode: 0o755 };
      const attributes = mountAttributes.ro;
      const closed = { lowers, ...(await writable(base.path)), attributes };
      for (const parts of [{ lowers, upper: '', work: '' }, closed]) {
        const plan = [...mounting(ground, op, parts), made];
        assert.is(await failureOf(runPlan('launch', plan)), 'directory EROFS');
      }
    });

    if (ground.who === 'root') {
      test(`${name}: 130 layers show owners as ids of a user namespace`, async () => {
        await using base = await temporaryDirectory();
        const lowers = await manyLayers(base.path, 130);
        for (const lower of lowers) await chown(lower, 5, 6);
        const map = [{ containerID: 0, hostID: 700_000, size: 100 }];
        const mapped = lowers.map((path): Operation => ({ op: 'map-ids', path }));
        const plan = [
          ...ground.before,
          makeUserNamespace({ uids: map, gids: map }),
          ...mapped,
          ...mounting(ground, op, { lowers, upper: '', work: '' }).slice(-2),
        ];
        const owners: string[] = [];
        for await (const record of walkTree(plan, { depth: 1 })) {
          if (record.kind === 'entry')
            owners.push(`${record.path.toString()} ${record.uid}:${record.gid}`);
        }
        assert.is(owners[0], '. 700005:700006');
        assert.ok(owners.length > 1 && owners.slice(1).every((line) => line.endsWith(' 700000:700000')), owners.join()); // prettier-ignore
        assert.is((await stat(lowers[0] ?? '')).uid, 5, 'the host sees what there is');
      });
    }

    test(`${name}: a layer that is not there is named`, async () => {
      await using base = await temporaryDirectory();
      const lowers = [join(base.path, 'gone')];
      const plan = mounting(ground, op, { lowers, upper: '', work: '' });
      assert.is(await failureOf(runPlan('launch', plan)), `${op} ENOENT`);
    });

    test(`${name}: nothing has started when a later step fails`, async () => {
      await using base = await temporaryDirectory();
      const lowers = await manyLayers(base.path, 2);
      const plan: Operation[] = [
        supervise({ streams: 'pipes' }),
        ...ground.before.filter((step) => step.op.endsWith('user-namespace')),
        { op: 'spawn', namespaces: cloneFlags.mount },
        { op: 'private-mounts' },
        ...mounting(ground, op, { lowers, upper: '', work: '' }).slice(-2),
        { op: 'pivot' },
        shell('true'),
      ];
      const helper = new Helper('supervise');
      await helper.write(...plan);
      helper.end();
      assert.is(await failureOf(helper.wait()), 'execute ENOENT');
      assert.is(await helper.report((report) => report.event === 'started'), undefined);
    });
  }

  test(`${ground.who}: both forms give the same view of the same layers`, async () => {
    await using base = await temporaryDirectory();
    const lowers = await manyLayers(base.path, 128);
    const views = await Promise.all(
      forms.map(async (op) => {
        const entries: string[] = [];
        const plan = mounting(ground, op, { lowers, upper: '', work: '' });
        for await (const record of walkTree(plan, { contents: 1000 })) {
          if (record.kind === 'data') entries.push(record.content.toString());
          else
            entries.push(`${record.path.toString()} ${record.type} ${record.mode} ${record.uid}`);
        }
        return entries;
      }),
    );
    // The root, a file of each layer, the file of all and its contents.
    assert.is(views[0]?.length, 1 + 128 + 2);
    for (const view of views) assert.equal(view, views[0]);
  });

  test(`${ground.who}: more names than fit one page are refused by number`, async () => {
    await using base = await temporaryDirectory();
    const lowers = await manyLayers(base.path, 300);
    const plan = mounting(ground, 'root-overlay-by-name', { lowers, upper: '', work: '' });
    assert.is(await failureOf(runPlan('launch', plan)), 'root-overlay-by-name E2BIG');
  });

  test(`${ground.who}: no mount is seen from outside`, async () => {
    const before = await snapshotHost();
    {
      await using base = await temporaryDirectory();
      const lowers = await manyLayers(base.path, 2);
      for (const op of forms) await viewOf(mounting(ground, op, { lowers, upper: '', work: '' }));
    }
    await assertNothingLeft(before);
  });
}

test.run();
