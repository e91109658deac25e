import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';
import { layoutRegistry } from './layout-registry.ts';

const layer = (size: number): Buffer =>
  tarOf([{ path: `file-${size}`, type: 'File', content: randomBytes(size).toString('hex') }]);

if (needs('root', 'file:packages/ctr/dist/bundle/bin.cjs')) {
  test('50 pulls of one image at once: each blob is asked for once, and who wants another does not wait', async () => {
    await using directory = await temporaryDirectory();
    await using registry = await layoutRegistry(directory.path);
    const shared = layer(1000);
    const wanted = await registry.add('wanted', { layers: [shared, layer(2000), layer(3000)] });
    const other = await registry.add('other', { layers: [shared, layer(4000)] });
    const slow = wanted.layers[1]?.digest ?? '';
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    registry.hold = (url) => (url.endsWith(slow) ? gate : undefined);
    const env = {
      ...process.env,
      CTR_ROOT: join(directory.path, 'root'),
      CTR_RUN: join(directory.path, 'run'),
      DOCKER_CONFIG: directory.path,
    };
    const ctr = (...args: string[]): Promise<RunResult> =>
      run([process.execPath, commandPath('ctr'), ...args], { env, timeout: 120_000 });
    const { host } = registry.server;
    const pulls = Array.from({ length: 50 }, () => ctr('pull', '-q', `${host}/wanted`));
    // It ends while all the others wait for the blob that the registry holds back.
    const free = await ctr('pull', '-q', `${host}/other`);
    assert.equal(free.code, 0, free.stderr);
    assert.equal(registry.count(slow), 1);
    go();
    for (const { code, stderr } of await Promise.all(pulls)) assert.deepEqual([code, stderr], [0, '']); // prettier-ignore
    const blobs = [wanted, other].flatMap(({ config, layers }) => [config, ...layers]);
    for (const { digest } of blobs) assert.equal(registry.count(digest), 1, digest);
    const listed = await ctr('images', '--format', '{{.Repository}}');
    assert.equal(listed.stdout.split('\n').filter(Boolean).length, 2);
  });
}

test.run();
