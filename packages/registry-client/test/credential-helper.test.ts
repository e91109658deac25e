import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { credentialHelper } from '../src/auth/credential-helper.ts';
import { dockerConfigCredentials } from '../src/index.ts';
import { installHelper } from './support/credential-helper.ts';
import { expectCode } from './support/expect-code.ts';

test('store, get, erase: by stdin and stdout, and nothing but the action is an argument', async () => {
  await using installed = await installHelper('test');
  const helper = credentialHelper('test', { env: installed.env });
  assert.is(await helper.get('r.test'), undefined);
  await helper.store('r.test', { username: 'me', password: 'hunter2' });
  assert.equal(await helper.get('r.test'), { username: 'me', password: 'hunter2' });
  await helper.erase('r.test');
  await helper.erase('r.test');
  assert.is(await helper.get('r.test'), undefined);
  assert.equal(await installed.calls(), [
    'get r.test',
    'store {"ServerURL":"r.test","Username":"me","Secret":"hunter2"}',
    'get r.test',
    'erase r.test',
    'erase r.test',
    'get r.test',
  ]);
});

test('an identity token goes under the name <token>, both ways', async () => {
  await using installed = await installHelper('test');
  const helper = credentialHelper('test', { env: installed.env });
  await helper.store('r.test', { username: 'me', identityToken: 'refresh' });
  assert.equal(await helper.get('r.test'), { identityToken: 'refresh' });
});

test('what a helper must not do: CREDENTIAL_HELPER_FAILED, with nothing of what it said', async () => {
  await using installed = await installHelper('test');
  const helper = credentialHelper('test', { env: installed.env, timeoutMs: 500 });
  for (const body of [
    'echo hunter2; exit 1',
    'echo hunter2 >&2; exit 3',
    'echo hunter2',
    'echo null',
    `echo '{"Username":"u"}'`,
    `echo '{"Username":"u","Secret":3}'`,
    'head -c 100000 /dev/zero',
    // Its child keeps stdout open.
    'sleep 60 & echo $! > "$here/child"; wait',
  ]) {
    await installed.setScript(body);
    const error = await expectCode(helper.get('r.test'), 'CREDENTIAL_HELPER_FAILED');
    const told = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    assert.match(told, 'docker-credential-test');
    assert.not.match(told, 'hunter2', body);
  }
  await installed.setScript('kill "$(cat "$here/child")"');
  await expectCode(helper.get('r.test'), 'CREDENTIAL_HELPER_FAILED');
});

test('a helper that is not installed is named', async () => {
  const error = await expectCode(credentialHelper('nosuch').get('a'), 'CREDENTIAL_HELPER_FAILED');
  assert.match(error.message, 'docker-credential-nosuch: get: is not installed');
  assert.match(error.hint ?? '', 'credsStore');
});

test('credHelpers before credsStore before auths; Docker Hub under docker’s address', async () => {
  await using directory = await temporaryDirectory();
  await using own = await installHelper('own', `echo '{"Username":"own","Secret":"s"}'`);
  await using store = await installHelper('store');
  const path = join(directory.path, 'config.json');
  const auth = Buffer.from('file:pw').toString('base64');
  const config = {
    auths: { 'a.test': { auth }, 'b.test': { auth }, 'docker.io': {} },
    credHelpers: { 'a.test': 'own' },
    credsStore: 'store',
  };
  await writeFile(path, JSON.stringify(config));
  const env = { ...own.env, PATH: `${own.env['PATH']}:${store.env['PATH']}` };
  const provider = dockerConfigCredentials(path, { env });
  assert.is((await provider('a.test'))?.username, 'own');
  assert.is((await provider('b.test'))?.username, 'file');
  assert.is(await provider('docker.io', 'library/busybox'), undefined);
  assert.equal(await own.calls(), ['get a.test']);
  assert.equal(await store.calls(), ['get b.test', 'get https://index.docker.io/v1/']);
});

test.run();
