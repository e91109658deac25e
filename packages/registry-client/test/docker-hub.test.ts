import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout } from '@ctrkit/layout';
import { parseReference } from '@ctrkit/oci';
import { needs, playDockerHub, temporaryDirectory } from '@ctrkit/testing';
import type { DockerHub } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pull, userRegistryClient } from '../src/index.ts';
import type { PullEvent } from '../src/index.ts';
import { registryClient } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const platform = { os: 'linux', architecture: 'arm64' };

/** The environment of somebody with these logins and no other files. */
async function envIn(directory: string, hub: DockerHub, auths: object = {}) {
  await writeFile(join(directory, 'config.json'), JSON.stringify({ auths }));
  return { ...hub.env, HOME: directory, DOCKER_CONFIG: directory, XDG_RUNTIME_DIR: directory };
}

async function pullFrom(hub: DockerHub, name: string, auths: object = {}) {
  await using directory = await temporaryDirectory();
  const env = await envIn(directory.path, hub, auths);
  const client = await userRegistryClient({ env, retry: { attempts: 2, firstDelayMs: 5 } });
  const layout = await openLayout(join(directory.path, 'layout'), { create: true });
  const events: PullEvent[] = [];
  const onEvent = (event: PullEvent): void => void events.push(event);
  const result = await pull(parseReference(name), layout, { client, platform, onEvent });
  client.close();
  return { ...result, events };
}

const sent = (hub: DockerHub, host: string) => hub.requests.filter((one) => one.host === host);

if (needs('command:openssl')) {
  test('busybox: a token for pulling it alone, the platform past the attestations, blobs elsewhere', async () => {
    await using hub = await playDockerHub();
    const { downloadedBytes, events } = await pullFrom(hub, 'busybox');
    assert.ok(downloadedBytes > 100_000);
    const asked = sent(hub, 'auth.docker.io');
    assert.equal(
      asked.map(({ url, headers }) => [url, headers.authorization]),
      [
        [
          '/token?service=registry.docker.io&scope=repository%3Alibrary%2Fbusybox%3Apull',
          undefined,
        ],
      ],
    );
    const blobs = sent(hub, 'production.cloudflare.docker.com');
    assert.is(blobs.length, 2);
    for (const { headers, url } of blobs) {
      assert.is(headers.authorization, undefined);
      assert.match(url, 'X-Amz-Signature=');
    }
    const manifests = sent(hub, 'registry-1.docker.io').filter(({ url }) => url.includes('manif'));
    // The first one only learns that a token is needed.
    assert.is(manifests.length, 3);
    assert.equal(
      events.filter(({ type }) => type === 'rate-limit'),
      [
        {
          type: 'rate-limit',
          registry: 'docker.io',
          limit: 100,
          remaining: 98,
          windowSeconds: 21_600,
        },
      ],
    );
  });

  test('a login goes to the token service and nowhere else', async () => {
    await using hub = await playDockerHub();
    const auths = { 'https://index.docker.io/v1/': { auth: base64('me:secret') } };
    await pullFrom(hub, 'me/private', auths);
    for (const { host, headers } of hub.requests) {
      const isBasic = headers.authorization?.startsWith('Basic ') === true;
      assert.is(isBasic, host === 'auth.docker.io', host);
    }
    await expectCode(pullFrom(hub, 'me/private'), 'UNAUTHORIZED');
  });

  test('a wrong login: what the token service says, without the password', async () => {
    await using hub = await playDockerHub();
    const auths = { 'docker.io': { auth: base64('me:hunter2') } };
    const error = await expectCode(pullFrom(hub, 'me/private', auths), 'UNAUTHORIZED');
    assert.match(error.message, 'incorrect username or password');
    assert.not.match(String(error.stack) + JSON.stringify(error), /hunter2|aHVudGVyMg/);
  });

  test('an expired token is renewed in the middle', async () => {
    await using hub = await playDockerHub();
    await using directory = await temporaryDirectory();
    const env = await envIn(directory.path, hub);
    const client = await userRegistryClient({ env });
    const resolved = await client.resolve(parseReference('busybox'));
    hub.expireTokens();
    const layout = await openLayout(join(directory.path, 'layout'), { create: true });
    await pull(parseReference('busybox'), layout, { client, resolved, platform });
    client.close();
    assert.is(sent(hub, 'auth.docker.io').length, 2);
  });

  test('no pulls left: RATE_LIMITED, in the words of Docker Hub', async () => {
    await using hub = await playDockerHub({ pulls: 0 });
    const error = await expectCode(pullFrom(hub, 'busybox'), 'RATE_LIMITED');
    assert.match(error.message, 'You have reached your unauthenticated pull rate limit');
    assert.match(error.hint ?? '', 'login');
  });

  test('the command shows how many pulls are left, for people and for programs', async () => {
    await using hub = await playDockerHub({ pulls: 50 });
    await using directory = await temporaryDirectory();
    const env = await envIn(directory.path, hub);
    const pullBy = async (...flags: string[]) =>
      await registryClient(
        ['pull', 'busybox', '--platform', 'linux/arm64', '-o', join(directory.path, 'l'), ...flags],
        { env },
      );
    const plain = await pullBy();
    assert.is(plain.code, 0, plain.stderr);
    assert.match(plain.stderr, 'docker.io: 48 of 100 pulls left, in 6 hours\n');
    const json = await pullBy('--progress', 'json');
    const [event] = json.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; remaining: number });
    assert.equal([event?.type, event?.remaining], ['rate-limit', 47]);
    const quiet = await pullBy('--quiet');
    assert.equal([quiet.code, quiet.stderr], [0, '']);
  });
}

test.run();
