import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { MountPoint } from '@ctrkit/engine';
import { emptyLists, idOf } from './lists.ts';
import type { Lists } from './lists.ts';

type Answers = readonly (readonly [line: string, code: number, stdout: string, stderr: string])[];

/** Docker's answers to the letter; later lines see what earlier ones did. */
async function assertAnswers({ ctr }: Lists, answers: Answers): Promise<void> {
  for (const [line, code, stdout, stderr] of answers) {
    assert.deepEqual(await ctr(...line.split(' ')), { code, stdout, stderr }, line);
  }
}

const invalidName = (name: string): string =>
  `ctr: create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path\n`;

const volume = (name: string): MountPoint => ({ type: 'volume', name, target: '/v' });
/** One that came with a container, and was not asked for by its name. */
const own = (name: string): MountPoint => ({ type: 'volume', name, target: '/v', anonymous: true });

test('a volume is made once, listed, inspected and removed', async () => {
  await using lists = await emptyLists();
  await assertAnswers(lists, [
    ['volume ls', 0, 'DRIVER    VOLUME NAME\n', ''],
    ['volume create data', 0, 'data\n', ''],
    ['volume create data', 0, 'data\n', ''],
    ['volume create --name v10 --label a=b', 0, 'v10\n', ''],
    ['volume create v9 --label a=c', 0, 'v9\n', ''],
    ['volume ls', 0, 'DRIVER    VOLUME NAME\nlocal     data\nlocal     v9\nlocal     v10\n', ''],
    ['volume ls -q --filter label=a', 0, 'v9\nv10\n', ''],
    ['volume ls -q --filter label=a=b', 0, 'v10\n', ''],
    ['volume list -q --filter name=^v --filter name=dat', 0, 'data\nv9\nv10\n', ''],
    ['volume ls -q --filter driver=nfs', 0, '', ''],
    ['volume ls --format {{.Name}}|{{.Labels}}|{{.Links}}|{{.Label\t"a"}} -f name=9', 0, 'v9|a=c|N/A|c\n', ''], // prettier-ignore
    ['volume inspect -f {{.Name}}|{{.Driver}}|{{.Scope}}|{{json\t.Labels}}|{{json\t.Options}} data v9', 0, 'data|local|local|null|null\nv9|local|local|{"a":"c"}|null\n', ''], // prettier-ignore
    ['inspect --type volume -f {{.Name}} data', 0, 'data\n', ''],
    ['inspect -f {{.Name}} data', 0, 'data\n', ''],
    ['volume rm data nosuch v9', 1, 'data\nv9\n', 'ctr: get nosuch: no such volume\n'],
    ['volume rm -f nosuch', 0, 'nosuch\n', ''],
    ['volume remove v10', 0, 'v10\n', ''],
    ['volume ls -q', 0, '', ''],
  ]);
});

test('what is wrong is said in docker’s words', async () => {
  await using lists = await emptyLists();
  await assertAnswers(lists, [
    ['volume create a/b', 1, '', invalidName('a/b')],
    ['volume create ../x', 1, '', invalidName('../x')],
    ['volume create .x', 1, '', invalidName('.x')],
    ['volume create x', 1, '', 'ctr: create x: volume name is too short, names should be at least two alphanumeric characters\n'],
    ['volume create -d nfs xx', 1, '', 'ctr: create xx: error looking up volume plugin nfs: plugin "nfs" not found\nhint: the one driver is local\n'],
    ['volume inspect nosuch', 1, '[]\n', 'ctr: get nosuch: no such volume\n'],
    ['volume inspect ../containers', 1, '[]\n', 'ctr: get ../containers: no such volume\n'],
    ['volume rm ../containers', 1, '', 'ctr: get ../containers: no such volume\n'],
    ['volume rm .claims', 1, '', 'ctr: get .claims: no such volume\n'],
    ['inspect --type volume nosuch', 1, '[]\n', 'ctr: get nosuch: no such volume\n'],
    ['volume ls -f dangling=maybe', 1, '', "ctr: Invalid filter 'dangling=[maybe]'\nhint: dangling is true or false\n"],
    ['volume ls -f until=1h', 1, '', "ctr: Invalid filter 'until'\nhint: filters are dangling, driver, label, name\n"],
    ['volume prune -f --filter name=a', 1, '', "ctr: Invalid filter 'name'\nhint: filters are label, label!\n"],
  ]); // prettier-ignore
});

test('a volume that a container has, running or not, is neither removed nor pruned', async () => {
  await using lists = await emptyLists();
  const { ctr, addContainer } = lists;
  for (const name of ['used', 'free', 'kept']) await ctr('volume', 'create', name, '--label', `is=${name}`); // prettier-ignore
  const anonymous = (await ctr('volume', 'create')).stdout.trim();
  addContainer({ id: idOf('c'), name: 'has', mounts: [volume('used')] });
  await assertAnswers(lists, [
    ['volume rm used', 1, '', `ctr: remove used: volume is in use - [${idOf('c')}]\n`],
    ['volume rm -f used', 1, '', `ctr: remove used: volume is in use - [${idOf('c')}]\n`],
    ['volume ls -q -f dangling=false', 0, 'used\n', ''],
    ['ps -aq --filter volume=used', 0, `${idOf('c').slice(0, 12)}\n`, ''],
    ['ps -aq --filter volume=/v', 0, `${idOf('c').slice(0, 12)}\n`, ''],
    ['ps -aq --filter volume=free', 0, '', ''],
    ['ps -a --format {{.Mounts}}|{{.LocalVolumes}}', 0, 'used|1\n', ''],
    ['volume prune --dry-run', 0, `volume ${anonymous}\n\n`, ''],
    ['volume prune -f', 0, `Deleted Volumes:\n${anonymous}\n\nTotal reclaimed space: 0B\n`, ''],
    ['volume prune -af --filter label!=is=kept', 0, 'Deleted Volumes:\nfree\n\nTotal reclaimed space: 0B\n', ''],
    ['volume prune -af --filter label=is=kept', 0, 'Deleted Volumes:\nkept\n\nTotal reclaimed space: 0B\n', ''],
    ['volume prune -af', 0, 'Total reclaimed space: 0B\n', ''],
    ['volume ls -q', 0, 'used\n', ''],
    ['system df --format {{.Type}}|{{.TotalCount}}|{{.Active}}', 0, 'Images|0|0\nContainers|1|0\nLocal Volumes|1|1\nBuild Cache|0|0\n', ''],
  ]); // prettier-ignore
});

test('rm takes a container’s anonymous volumes along only with -v, and never one that another has', async () => {
  await using lists = await emptyLists();
  const { ctr, addContainer } = lists;
  const names: string[] = [];
  for (const _ of [1, 2, 3]) names.push((await ctr('volume', 'create')).stdout.trim());
  const [stays = '', goes = '', shared = ''] = names;
  await ctr('volume', 'create', 'named');
  addContainer({ id: idOf('a'), name: 'one', mounts: [own(stays)] });
  addContainer({ id: idOf('b'), name: 'two', mounts: [own(goes), own(shared), volume('named')] });
  addContainer({ id: idOf('c'), name: 'three', mounts: [own(shared)] });
  assert.equal((await ctr('rm', idOf('a'))).code, 0);
  assert.equal((await ctr('rm', '-v', idOf('b'))).code, 0);
  const left = async (): Promise<string[]> =>
    (await ctr('volume', 'ls', '-q')).stdout.split('\n').filter(Boolean).toSorted();
  assert.deepEqual(await left(), [stays, shared, 'named'].toSorted());
  assert.equal((await ctr('rm', '--volumes', idOf('c'))).code, 0);
  assert.deepEqual(await left(), [stays, 'named'].toSorted());
});

test('system prune --volumes takes the anonymous ones of the containers that it removes', async () => {
  await using lists = await emptyLists();
  const { ctr, addContainer } = lists;
  const anonymous = (await ctr('volume', 'create')).stdout.trim();
  await ctr('volume', 'create', 'named');
  addContainer({ id: idOf('a'), name: 'one', mounts: [own(anonymous), volume('named')] });
  const { stdout } = await ctr('system', 'prune', '-f', '--volumes');
  assert.ok(stdout.includes(`Deleted Volumes:\n${anonymous}\n\n`), stdout);
  assert.equal((await ctr('volume', 'ls', '-q')).stdout, 'named\n');
});

test.run();
