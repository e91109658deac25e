import assert from 'node:assert/strict';
import { test } from 'uvu';
import { emptyLists, idOf } from './lists.ts';
import type { Lists } from './lists.ts';

const hex = 'sha256:[0-9a-f]{64}';

/** Each line of a command after the other: later ones see what earlier ones did. */
async function assertAnswers(
  { ctr }: Lists,
  answers: readonly (readonly [line: string, code: number, stdout: string, stderr: string])[],
): Promise<void> {
  for (const [line, code, stdout, stderr] of answers) {
    const answer = await ctr(...line.split(' '));
    assert.equal(answer.code, code, `${line}: ${answer.stderr}`);
    assert.match(answer.stdout, new RegExp(`^${stdout}$`, 'u'), line);
    assert.match(answer.stderr, new RegExp(`^${stderr}$`, 'u'), line);
  }
}

async function imageId({ ctr }: Lists, name: string): Promise<string> {
  return (await ctr('images', '-q', '--no-trunc', name)).stdout.trim();
}

test('tag, untag, rmi: names first, the image with its last', async () => {
  await using lists = await emptyLists();
  await lists.addImage('busybox');
  await assertAnswers(lists, [
    ['tag busybox me/renamed:1.0', 0, '', ''],
    ['image tag busybox me/renamed', 0, '', ''],
    ['tag nosuch x:y', 1, '', 'ctr: No such image: nosuch:latest\n'],
    ['tag busybox X:y', 1, '', '[^]*must be lowercase\n[^]*'],
    ['tag busybox', 1, '', "ctr: 'ctr tag' requires 2 arguments\n[^]*"],
    ['rmi me/renamed', 0, 'Untagged: me/renamed:latest\n', ''],
    ['untag busybox me/renamed:1.0', 0, '', ''],
    ['rmi busybox', 0, `Untagged: busybox:latest\nDeleted: ${hex}\nDeleted: ${hex}\n`, ''],
    ['images -q', 0, '', ''],
  ]);
});

test('rmi of several does all that it can', async () => {
  await using lists = await emptyLists();
  for (const name of ['a', 'b']) await lists.addImage(name);
  const gone = (name: string): string => `Untagged: ${name}:latest\nDeleted: ${hex}\nDeleted: ${hex}\n`; // prettier-ignore
  await assertAnswers(lists, [
    ['rmi a nosuch b', 1, gone('a') + gone('b'), 'ctr: No such image: nosuch:latest\n'],
    ['rmi -f nosuch', 0, '', 'ctr: No such image: nosuch:latest\n'],
    ['image rm -f UPPER', 1, '', '[^]*must be lowercase\n[^]*'],
  ]);
});

test('rmi of what a container uses, and by an id of several names', async () => {
  await using lists = await emptyLists();
  await lists.addImage('busybox');
  const id = await imageId(lists, 'busybox');
  const short = id.slice('sha256:'.length, 'sha256:'.length + 12);
  lists.addContainer({ id: idOf('c'), imageId: id });
  await assertAnswers(lists, [
    ['rmi busybox', 1, '', `ctr: conflict: unable to remove repository reference "busybox" \\(must force\\) - container c00000000000 is using its referenced image ${short}\n`],
    [`rmi ${short}`, 1, '', `ctr: conflict: unable to delete ${short} \\(must be forced\\) - image is being used by stopped container c00000000000\n`],
    ['tag busybox me/x:1', 0, '', ''],
    [`rmi ${short}`, 1, '', `ctr: conflict: unable to delete ${short} \\(must be forced\\) - image is referenced in multiple repositories\nhint: [^\n]*\n`],
    ['rmi me/x:1', 0, 'Untagged: me/x:1\n', ''],
    // The container keeps the layer, so it is not told as gone.
    ['rmi -f --no-prune busybox', 0, `Untagged: busybox:latest\nDeleted: ${id}\n`, ''],
  ]); // prettier-ignore
});

test('a name that moves leaves a nameless image, which is pruned', async () => {
  await using lists = await emptyLists();
  await lists.addImage('a');
  await lists.addImage('b');
  const id = await imageId(lists, 'a');
  await assertAnswers(lists, [
    ['tag b a', 0, '', ''],
    ['images --format {{.Repository}}:{{.Tag}}:{{.Digest}} --filter dangling=true', 0, '<none>:<none>:<none>\n', ''],
    ['images -q -f dangling=true --no-trunc', 0, `${id}\n`, ''],
    ['image prune --dry-run', 0, 'image [0-9a-f]{12} <none>\n\n', ''],
    ['image prune -f', 0, `Deleted Images:\ndeleted: ${id}\ndeleted: ${hex}\n\nTotal reclaimed space: \\d+B\n`, ''],
    ['image prune -f', 0, 'Total reclaimed space: 0B\n', ''],
    ['image prune -af --filter label=nosuch', 0, 'Total reclaimed space: 0B\n', ''],
    ['image prune -af --filter until=1h', 0, `Deleted Images:\nuntagged: a:latest\nuntagged: b:latest\ndeleted: ${hex}\ndeleted: ${hex}\n\nTotal reclaimed space: \\d+B\n`, ''],
    ['image prune -f --filter nosuch=1', 1, '', "ctr: Invalid filter 'nosuch'\nhint: [^\n]*\n"],
  ]); // prettier-ignore
});

test('image prune -a keeps what containers are made of', async () => {
  await using lists = await emptyLists();
  await lists.addImage('used');
  await lists.addImage('free');
  lists.addContainer({ imageId: await imageId(lists, 'used') });
  await assertAnswers(lists, [
    ['image prune -a --dry-run', 0, 'image [0-9a-f]{12} docker.io/library/free:latest\n\n', ''],
  ]);
});

test('images: which, and in which order', async () => {
  await using lists = await emptyLists();
  await lists.addImage('busybox:1');
  await lists.addImage('me/app:2');
  await assertAnswers(lists, [
    ['images --format {{.Repository}} busybox', 0, 'busybox\n', ''],
    ['images --format {{.Repository}} busybox:2', 0, '', ''],
    ['image ls --format {{.Repository}} --filter reference=*/*', 0, 'me/app\n', ''],
    ['image list -aq busybox', 0, '[0-9a-f]{12}\n', ''],
    ['images --digests busybox', 0, `REPOSITORY   TAG       DIGEST +IMAGE ID       CREATED        SIZE\nbusybox      1         ${hex}   [0-9a-f]{12}   \\d+ years ago   \\d+B\n`, ''],
    ['images --filter nosuch=1', 1, '', "ctr: Invalid filter 'nosuch'\nhint: [^\n]*\n"],
    ['images --filter before=nosuch', 1, '', 'ctr: No such image: nosuch:latest\n'],
    ['images --filter nonsense', 125, '', '[^]*bad format of filter \\(expected name=value\\)[^]*'],
  ]); // prettier-ignore
});

test('history', async () => {
  await using lists = await emptyLists();
  await lists.addImage('busybox');
  const id = await imageId(lists, 'busybox');
  await assertAnswers(lists, [
    ['history busybox', 0, 'IMAGE          CREATED        CREATED BY   SIZE      COMMENT\n[0-9a-f]{12}   \\d+ years ago   test         \\d+B +\n', ''],
    ['history -q --no-trunc busybox', 0, `${id}\n`, ''],
    ['image history --human=false busybox', 0, 'IMAGE          CREATED AT             CREATED BY   SIZE      COMMENT\n[0-9a-f]{12}   1970-01-01T00:00:00Z   test         \\d+ +\n', ''],
    ['history --format {{.CreatedBy}}:{{.Comment}} busybox', 0, 'test:\n', ''],
    ['history nosuch', 1, '', 'ctr: No such image: nosuch:latest\n'],
  ]); // prettier-ignore
  const { stdout } = await lists.ctr('history', '--format', 'json', 'busybox');
  assert.deepEqual(Object.keys(JSON.parse(stdout) as object), [
    'Comment',
    'CreatedAt',
    'CreatedBy',
    'CreatedSince',
    'ID',
    'Size',
  ]);
});

test('inspect finds images too, and each type alone', async () => {
  await using lists = await emptyLists();
  await lists.addImage('busybox');
  const id = await imageId(lists, 'busybox');
  await assertAnswers(lists, [
    ['inspect --format {{.Id}} busybox', 0, `${id}\n`, ''],
    ['inspect --type image --format {{.Os}} busybox', 0, 'linux\n', ''],
    ['inspect --type container busybox', 1, '\\[\\]\n', 'Error: No such container: busybox\n'],
    ['inspect nosuch', 1, '\\[\\]\n', 'Error: No such object: nosuch\n'],
    ['inspect --type image nosuch', 1, '\\[\\]\n', 'ctr: no such image: nosuch: No such image: nosuch:latest\n'],
    ['image inspect nosuch', 1, '\\[\\]\n', 'ctr: no such image: nosuch: No such image: nosuch:latest\n'],
    ['image inspect --format {{.NoSuch}} busybox', 1, '', '[^]*map has no entry for key "NoSuch"[^]*'],
  ]); // prettier-ignore
  const format = '{{json .RepoTags}} {{.Config.User}}{{if .Config.Healthcheck}}x{{end}}';
  const { stdout } = await lists.ctr('image', 'inspect', '-f', format, 'busybox');
  assert.equal(stdout, '["busybox:latest"] \n');
});

test('system df: images, containers, and what of them is free', async () => {
  await using lists = await emptyLists();
  await lists.addImage('busybox');
  await assertAnswers(lists, [
    ['system df', 0, 'TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\nImages          1         0         \\d+B      \\d+B \\(100%\\)\nContainers      0         0         0B        0B\nLocal Volumes   0         0         0B        0B\nBuild Cache     0         0         0B        0B\n', ''],
    ['system df -v', 0, 'Images space usage:\n\nREPOSITORY   TAG       IMAGE ID       CREATED        SIZE      SHARED SIZE   UNIQUE SIZE   CONTAINERS\nbusybox      latest    [0-9a-f]{12}   \\d+ years ago   \\d+B      0B            \\d+B          0\n\nContainers space usage:\n\nCONTAINER ID   IMAGE     COMMAND   LOCAL VOLUMES   SIZE      CREATED   STATUS    NAMES\n\nLocal Volumes space usage:\n\nVOLUME NAME   LINKS     SIZE\n\nBuild cache usage: 0B\n\nCACHE ID   CACHE TYPE   SIZE      CREATED   LAST USED   SHARED\n', ''],
    ['system df -v --format json', 125, '', '[^]*'],
  ]); // prettier-ignore
  const { stdout } = await lists.ctr('system', 'df', '--format', 'json');
  const rows = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as object); // prettier-ignore
  assert.deepEqual(
    rows.map((row) => Object.keys(row)),
    [1, 2, 3, 4].map(() => ['Active', 'Reclaimable', 'Size', 'TotalCount', 'Type']),
  );
});

test.run();
