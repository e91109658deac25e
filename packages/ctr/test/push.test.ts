import assert from 'node:assert/strict';
import { needs, run, startDebianRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import { emptyLists } from './lists.ts';

const digestLine = (tag: string) =>
  new RegExp(`^${tag}: digest: (sha256:[0-9a-f]{64}) size: \\d+$`);

async function digestAt(name: string): Promise<string> {
  const skopeo = ['skopeo', 'inspect', '--tls-verify=false', '--format', '{{.Digest}}'] as const;
  const { code, stdout, stderr } = await run([...skopeo, `docker://${name}`]);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

if (needs('command:docker-registry', 'command:skopeo')) {
  test('push says what docker says, and skopeo finds the image', async () => {
    await using registry = await startDebianRegistry();
    await using lists = await emptyLists();
    const name = `${registry.host}/app`;
    await lists.addImage(`${name}:v1`);
    const { code, stdout, stderr } = await lists.ctr('push', `${name}:v1`);
    assert.equal(code, 0, stderr);
    const [refers, line = '', end] = stdout.split('\n');
    assert.equal(refers, `The push refers to repository [${name}]`);
    const digest = digestLine('v1').exec(line)?.[1];
    assert.equal(await digestAt(`${name}:v1`), digest);
    assert.equal(end, '');
    assert.match(stderr, /^[0-9a-f]{12}: Pushed\n$/);
    const again = await lists.ctr('push', `${name}:v1`);
    assert.match(again.stderr, /^[0-9a-f]{12}: Layer already exists\n$/);
  });

  test('without a tag it is latest; quietly only the full name is printed', async () => {
    await using registry = await startDebianRegistry();
    await using lists = await emptyLists();
    const name = `${registry.host}/app`;
    await lists.addImage(`${name}:latest`);
    const { stdout } = await lists.ctr('push', name);
    assert.match(stdout, /^Using default tag: latest\nThe push refers to repository \[/);
    const quiet = await lists.ctr('push', '-q', name);
    assert.deepEqual(quiet, { code: 0, stdout: `${name}:latest\n`, stderr: '' });
  });

  test('all tags of a repository, and layers of another one are mounted', async () => {
    await using registry = await startDebianRegistry();
    await using lists = await emptyLists();
    const name = `${registry.host}/app`;
    await lists.addImage(`${registry.host}/base:1`);
    await lists.addImage(`${name}:v1`);
    await lists.addImage(`${name}:v2`);
    await lists.ctr('push', `${registry.host}/base:1`);
    const { code, stdout, stderr } = await lists.ctr('push', '-a', name);
    assert.equal(code, 0, stderr);
    const [, ...lines] = stdout.trim().split('\n');
    assert.equal(lines.length, 2);
    for (const [index, tag] of ['v1', 'v2'].entries()) {
      assert.equal(await digestAt(`${name}:${tag}`), digestLine(tag).exec(lines[index] ?? '')?.[1]);
    }
    await lists.addImage(`${registry.host}/copy:1`, `${registry.host}/base:1`);
    const mounted = await lists.ctr('push', `${registry.host}/copy:1`);
    assert.match(mounted.stderr, /: Mounted from base\n/);
  });

  test('pull --all-tags brings every tag', async () => {
    await using registry = await startDebianRegistry();
    await using lists = await emptyLists();
    const name = `${registry.host}/app`;
    for (const tag of ['v1', 'v2']) await lists.addImage(`${name}:${tag}`);
    await lists.ctr('push', '-a', name);
    await using others = await emptyLists();
    const { code, stderr } = await others.ctr('pull', '-a', name);
    assert.equal(code, 0, stderr);
    const format = ['--format', '{{.Repository}}:{{.Tag}}'];
    const { stdout } = await others.ctr('images', ...format);
    assert.deepEqual(stdout.trim().split('\n').toSorted(), [`${name}:v1`, `${name}:v2`]);
    assert.equal((await others.ctr('pull', '-a', `${name}:v1`)).code, 1);
  });

  test('manifest inspect prints what the registry has; what it has not', async () => {
    await using registry = await startDebianRegistry();
    await using lists = await emptyLists();
    const name = `${registry.host}/app:v1`;
    await lists.addImage(name);
    await lists.ctr('push', name);
    const { code, stdout } = await lists.ctr('manifest', 'inspect', name);
    assert.equal(code, 0);
    assert.match(stdout, /^\{\n\t"schemaVersion": 2,\n/);
    assert.deepEqual(await lists.ctr('manifest', 'inspect', `${registry.host}/no:1`), {
      code: 1,
      stdout: '',
      stderr: `no such manifest: ${registry.host}/no:1\n`,
    });
  });
}

test('an image that is not here, a tag that is not, a digest, a tag beside --all-tags', async () => {
  await using lists = await emptyLists();
  await lists.addImage('localhost:1/app:v1');
  const digest = `sha256:${'0'.repeat(64)}`;
  for (const [args, message] of [
    [['localhost:1/no:v1'], 'An image does not exist locally with the tag: localhost:1/no\n'],
    [['-a', 'localhost:1/no'], 'An image does not exist locally with the tag: localhost:1/no\n'],
    [['localhost:1/app:v2'], 'tag does not exist: localhost:1/app:v2\n'],
    [[`localhost:1/app@${digest}`], 'cannot push a digest reference\n'],
    [['-a', 'localhost:1/app:v1'], "tag can't be used with --all-tags/-a\n"],
  ] as const) {
    const { code, stderr } = await lists.ctr('push', ...args);
    assert.equal(code, 1);
    assert.ok(stderr.includes(message), stderr);
  }
});

test('a registry that is not there', async () => {
  await using lists = await emptyLists();
  await lists.addImage('localhost:1/app:v1');
  const { code, stderr } = await lists.ctr('push', 'localhost:1/app:v1');
  assert.equal(code, 1);
  assert.match(stderr, /localhost:1: cannot be reached: connection refused/);
});

test.run();
