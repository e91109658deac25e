import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, inBuildWorld } from '../build-world.ts';

const cache = (id: string, target: string, more = ''): string =>
  `--mount=type=cache,id=${id},target=${target},sharing=locked${more}`;

// What waits for ever fails here.
const soon = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(30_000) });

if (canBuild()) {
  inBuildWorld('one cache at two places of a RUN is one', async (world) => {
    const { output } = await world.build(
      `FROM busybox\nRUN ${cache('one', '/x')} ${cache('one', '/y')} echo here > /x/file; cat /y/file\n`,
      soon(),
    );
    assert.match(output, /here/);
  });

  inBuildWorld('RUNs that lock the same caches do not wait for each other', async (world) => {
    const stage = (name: string, first: string, second: string): string =>
      [1, 2, 3].map((at) => `RUN ${cache(first, '/x')} ${cache(second, '/y')} echo ${name}${at}; sleep 0.1`).join('\n'); // prettier-ignore
    await world.build(
      `FROM busybox AS a\n${stage('a', 'one', 'two')}\nFROM busybox AS b\n${stage('b', 'two', 'one')}\nFROM scratch\nCOPY --from=a /etc/group /a\nCOPY --from=b /etc/group /b\n`,
      soon(),
    );
  });

  inBuildWorld('a stage that a cache begins with may use the cache too', async (world) => {
    const { output } = await world.build(
      `FROM busybox AS a\nRUN sleep 0.5\nRUN ${cache('one', '/x')} echo a > /x/file\nFROM busybox\nRUN ${cache('one', '/y', ',from=a')} cat /y/file\n`,
      soon(),
    );
    assert.match(output, /^a$/m);
  });

  inBuildWorld('whose a cache is counts', async (world) => {
    const dockerfile = (owner: string): string => `FROM busybox\nRUN ${cache('one', '/x', owner)} echo 1\n`; // prettier-ignore
    await world.build(dockerfile(',uid=1'));
    assert.is((await world.build(dockerfile(',uid=2'))).made.length, 1);
  });
}

test.run();
