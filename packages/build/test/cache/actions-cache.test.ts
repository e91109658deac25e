import { pruneBuildCache, removeImage } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import { actionsCacheService } from '@ctrkit/testing';
import type { ActionsCacheService } from '@ctrkit/testing';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import type { ActionsCachePlace } from '../../src/cache/actions-cache-contents.ts';
import { canBuild, inBuildWorld } from '../build-world.ts';
import type { BuildWorld } from '../build-world.ts';

const DOCKERFILE = `FROM busybox
RUN cat /proc/sys/kernel/random/uuid > /stamp
COPY file /file
`;

async function forget(world: BuildWorld): Promise<void> {
  await removeImage(world, 'made').catch(() => {});
  await pruneBuildCache(world, { all: true });
  await (await openImageStore(world)).collectGarbage({ minimumAge: 0 });
}

const placeOf = ({ url, token }: ActionsCacheService, scope?: string): ActionsCachePlace => ({
  type: 'gha',
  url,
  token,
  scope,
});

const warningsOf = (events: readonly { type: string }[]): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [(event as unknown as { message: string }).message] : [])); // prettier-ignore

const keysOf = ({ entries }: ActionsCacheService): string[] => entries.map(({ key }) => key.replace(/:.*|#.*/, '')); // prettier-ignore

if (canBuild()) {
  inBuildWorld(
    'a cache goes through GitHub: what is there is not sent again, the newest list counts, the token stays',
    async (world) => {
      await using service = await actionsCacheService();
      const place = placeOf(service);
      await world.write({ file: 'x' });
      const first = await world.build(DOCKERFILE, { names: ['made'], cacheTo: [place] });
      assert.equal(keysOf(service), ['ctrkit-blob-sha256', 'ctrkit-blob-sha256', 'ctrkit-build-ctrkit-']); // prettier-ignore
      await forget(world);
      const second = await world.build(DOCKERFILE, { names: ['made'], cacheFrom: [place], cacheTo: [place] }); // prettier-ignore
      assert.equal(second.made, []);
      assert.is(second.imageId, first.imageId);
      assert.is(service.entries.length, 4);
      await world.write({ file: 'y' });
      await world.build(DOCKERFILE, { names: ['made'], cacheTo: [place] });
      assert.is(service.entries.length, 6);
      await forget(world);
      const third = await world.build(DOCKERFILE, { names: ['made'], cacheFrom: [place] });
      assert.equal(third.made, []);
      assert.is(await world.read('made', 'file'), 'y');
      const tokens = service.requests.filter(({ headers }) => headers.authorization !== undefined);
      assert.ok(tokens.every(({ url }) => url.startsWith('/twirp/')));
    },
  );

  inBuildWorld(
    'scopes do not see each other, and a service that is busy for a moment is asked again',
    async (world) => {
      await using service = await actionsCacheService();
      await world.write({ file: 'x' });
      service.busy = 2;
      await world.build(DOCKERFILE, { names: ['made'], cacheTo: [placeOf(service, 'a')] });
      await forget(world);
      const other = await world.build(DOCKERFILE, { cacheFrom: [placeOf(service, 'b')] });
      assert.match(warningsOf(other.events).join('\n'), /could not be imported: .*has nothing for/);
      assert.is(other.made.length, 2);
      await forget(world);
      assert.equal(
        (await world.build(DOCKERFILE, { cacheFrom: [placeOf(service, 'a')] })).made,
        [],
      );
    },
  );

  inBuildWorld('what is evicted or damaged there is a warning, and is made anew', async (world) => {
    await using service = await actionsCacheService();
    const place = placeOf(service);
    await world.write({ file: 'x' });
    await world.build(DOCKERFILE, { cacheTo: [place] });
    await forget(world);
    const [evicted, damaged] = service.entries;
    assert.ok(evicted !== undefined && damaged !== undefined);
    evicted.isWhole = false;
    damaged.bytes = Buffer.from(damaged.bytes.map((byte) => byte ^ 1));
    const { made, events } = await world.build(DOCKERFILE, { names: ['made'], cacheFrom: [place] });
    assert.is(made.length, 2);
    assert.match(warningsOf(events).join('\n'), /is not in the cache of GitHub Actions any more/);
    assert.is(await world.read('made', 'file'), 'x');
  });

  inBuildWorld(
    'a layer that somebody else began to send is waited for, and its steps are left out where it does not come',
    async (world) => {
      await using service = await actionsCacheService();
      const place = placeOf(service);
      await world.write({ file: 'x' });
      await world.build(DOCKERFILE, { cacheTo: [place] });
      const [late, stuck] = service.entries;
      assert.ok(stuck !== undefined && late !== undefined);
      stuck.isWhole = late.isWhole = false;
      const timer = setTimeout(() => (late.isWhole = true), 1500);
      const { events } = await world.build(DOCKERFILE, { cacheTo: [place] });
      clearTimeout(timer);
      assert.match(
        warningsOf(events).join('\n'),
        /^\[Warning\] .*is not there: its steps are left out$/,
      );
      await forget(world);
      stuck.isWhole = true;
      const again = await world.build(DOCKERFILE, { cacheFrom: [place] });
      assert.equal(warningsOf(again.events), []);
      assert.is(again.made.length, 1, 'no list names what was not there');
    },
  );

  inBuildWorld('damaged bytes are never a layer', async (world) => {
    await using service = await actionsCacheService();
    const place = placeOf(service);
    await world.write({ file: 'x' });
    await world.build(DOCKERFILE, { cacheTo: [place] });
    await forget(world);
    for (const entry of service.entries.slice(0, 2)) entry.bytes = Buffer.alloc(entry.bytes.length);
    const { made, events } = await world.build(DOCKERFILE, { cacheFrom: [place] });
    assert.is(made.length, 2);
    assert.match(warningsOf(events).join('\n'), /could not be imported: .*sha256:/);
  });

  inBuildWorld(
    'what cannot be written fails the build, unless that is to be ignored; without a token there is no cache',
    async (world) => {
      await using service = await actionsCacheService();
      const place = placeOf(service);
      service.isReadOnly = true;
      await world.write({ file: 'x' });
      const failure: unknown = await world.build(DOCKERFILE, { cacheTo: [place] }).catch((error: unknown) => error); // prettier-ignore
      assert.is((failure as { code?: string }).code, 'CACHE_UNREACHABLE');
      assert.match((failure as Error).message, /CreateCacheEntry was answered with status 403: this token may only read/); // prettier-ignore
      const ignored = await world.build(DOCKERFILE, {
        cacheTo: [{ ...place, ignoreErrors: true }],
      });
      assert.match(warningsOf(ignored.events).join('\n'), /could not be exported: .*may only read/);
      const without = await world.build(DOCKERFILE, { cacheFrom: [{ type: 'gha', url: service.url, token: '' }] }); // prettier-ignore
      assert.match(warningsOf(without.events).join('\n'), /needs ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN/); // prettier-ignore
    },
  );
}

test.run();
