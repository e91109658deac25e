import assert from 'node:assert/strict';
import { test } from 'uvu';
import { emptyLists } from './lists.ts';

test('an empty store: the header', async () => {
  await using lists = await emptyLists();
  assert.equal(
    (await lists.ctr('images')).stdout,
    'REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n',
  );
  assert.equal((await lists.ctr('images', '--format', '{{.ID}}')).stdout, '');
});

test('formats', async () => {
  await using lists = await emptyLists();
  await lists.addImage('docker.io/library/busybox:latest');
  const [id = ''] = (await lists.ctr('images', '-q')).stdout.split('\n');
  assert.match(id, /^[0-9a-f]{12}$/);
  const table: readonly (readonly [string, string])[] = [
    ['{{.Repository}}:{{.Tag}} {{.SharedSize}}', 'busybox:latest N/A\n'],
    ['table {{.Repository}}\\t{{.ID}}', `REPOSITORY   IMAGE ID\nbusybox      ${id}\n`],
    ['table {{.UniqueSize}}\\t{{.Containers}}', 'UNIQUE SIZE   CONTAINERS\nN/A           N/A\n'],
    ['{{with .Tag}}{{upper .}}{{end}}', 'LATEST\n'],
  ];
  for (const [format, expected] of table) {
    assert.equal((await lists.ctr('images', '--format', format)).stdout, expected);
  }
  const json = (await lists.ctr('images', '--format', 'json')).stdout;
  const row = JSON.parse(json) as Record<string, string>;
  assert.equal(row['Repository'], 'busybox');
  assert.equal(row['ID'], id);
  assert.deepEqual(Object.keys(row), Object.keys(row).toSorted());
});

test('a format of one’s own counts more than --quiet, other than in ps', async () => {
  await using lists = await emptyLists();
  await lists.addImage('docker.io/library/busybox:latest');
  assert.equal((await lists.ctr('images', '-q', '--format', '{{.Tag}}')).stdout, 'latest\n');
});

test('mistakes in a template', async () => {
  await using lists = await emptyLists();
  assert.deepEqual(await lists.ctr('images', '--format', '{{.NoSuch}}'), {
    code: 1,
    stdout: '',
    stderr: `template parsing error: template: :1:2: executing "" at <.NoSuch>: can't evaluate field NoSuch in type *formatter.imageContext\n`,
  });
  assert.deepEqual(await lists.ctr('images', '--format', '{{.Tag'), {
    code: 1,
    stdout: '',
    stderr: 'template parsing error: template: :1: unclosed action\n',
  });
});

test.run();
