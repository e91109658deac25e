import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  assertNothingLeft,
  needs,
  pushBusybox,
  snapshotHost,
  startDebianRegistry,
} from '@ctrkit/testing';

if (needs('command:docker-registry')) {
  test('it answers, and is gone after disposal', async () => {
    const before = await snapshotHost();
    const registry = await startDebianRegistry();
    const response = await fetch(`${registry.origin}/v2/_catalog`);
    assert.equal(await response.json(), { repositories: [] });
    await registry[Symbol.asyncDispose]();
    const error = await fetch(`${registry.origin}/v2/`).catch((error: unknown) => error);
    assert.instance(error, Error);
    await assertNothingLeft(before);
  });

  test('a configuration that it refuses is an error with its own words', async () => {
    const error = await startDebianRegistry({ storage: {} }).catch((error: unknown) => error);
    assert.instance(error, Error);
    assert.match((error as Error).message, /no storage configuration/);
  });
}

if (needs('command:docker-registry', 'command:skopeo', 'command:busybox')) {
  test('skopeo pushes busybox into it', async () => {
    await using registry = await startDebianRegistry();
    const made = await pushBusybox(registry.origin, 'library/busybox:1.0');
    const response = await fetch(`${registry.origin}/v2/library/busybox/manifests/1.0`, {
      headers: { accept: made.manifest.mediaType },
    });
    assert.is(response.headers.get('docker-content-digest'), made.manifest.digest);
    await response.arrayBuffer();
  });
}

test.run();
