import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageConfig } from '@ctrkit/oci';
import { mountPoints } from '../src/mount-points.ts';
import type { MountChoices } from '../src/mount-points.ts';
import type { ContainerMount, MountPoint } from '../src/index.ts';
import { codeOf, forge, idOf, recordOf, testEngine } from './fixture.ts';

const imageOf = (...volumes: string[]): ImageConfig =>
  ({ config: { Volumes: Object.fromEntries(volumes.map((path) => [path, {}])) } }) as ImageConfig;

const volume = (target: string, name?: string): ContainerMount => ({ type: 'volume', name, target, option: 'volume' }); // prettier-ignore

const shown = (points: readonly MountPoint[]): string[] =>
  points.map((point) => {
    const name = point.type !== 'volume' ? point.type : point.anonymous === true ? 'anonymous' : point.name; // prettier-ignore
    return `${name}:${point.target}${point.readOnly === true ? ':ro' : ''}`;
  });

async function pointsOf(choices: MountChoices, ...volumes: string[]): Promise<string[]> {
  await using engine = await testEngine();
  const mounts: MountPoint[] = [
    { type: 'volume', name: 'shared', target: '/shared' },
    { type: 'bind', source: '/h', target: '/bound', readOnly: true },
    { type: 'tmpfs', target: '/t', option: 'tmpfs' },
  ];
  forge(engine, recordOf({ id: idOf('c'), name: 'other', mounts }));
  return shown(mountPoints(engine, imageOf(...volumes), choices));
}

test('the image’s volumes are anonymous ones, where nothing else is', async () => {
  const found = await pointsOf({ mounts: [volume('/a', 'mine')] }, '/a/', '/b');
  assert.equal(found, ['mine:/a', 'anonymous:/b']);
  assert.equal(await pointsOf({ mounts: [{ type: 'tmpfs', target: '/a' }] }, '/a'), ['tmpfs:/a']);
});

test('an image cannot have a volume at the root, nor in place of a part of the sandbox', async () => {
  for (const path of ['/', '/proc/self', '../../', 'x/../..', '/dev', 'sys/']) {
    assert.is(await codeOf(() => pointsOf({}, path)), 'MOUNT_INVALID', path);
  }
});

test('an image has so many volumes and not more', async () => {
  const many = Array.from({ length: 1001 }, (_, index) => `/${index}`);
  assert.is(await codeOf(() => pointsOf({}, ...many)), 'MOUNT_INVALID');
  assert.is((await pointsOf({}, ...many.slice(1))).length, 1000);
});

test('a volume without a name gives way, anything else at one place twice is a mistake', async () => {
  const mounts = [volume('/a'), volume('/a', 'mine')];
  assert.equal(await pointsOf({ mounts }), ['mine:/a']);
  const twice = [volume('/a', 'one'), volume('/a/', 'two')];
  assert.is(await codeOf(() => pointsOf({ mounts: twice })), 'MOUNT_INVALID');
});

test('another container’s mounts, but for --tmpfs, where nothing was asked for', async () => {
  const volumesFrom = [{ container: 'other' }];
  const all = await pointsOf({ volumesFrom });
  assert.equal(all.toSorted(), ['bind:/bound:ro', 'shared:/shared']);
  const own = await pointsOf({ volumesFrom, mounts: [volume('/shared', 'mine')] }, '/bound');
  assert.equal(own.toSorted(), ['bind:/bound:ro', 'mine:/shared']);
  const readOnly = await pointsOf({ volumesFrom: [{ container: 'other', readOnly: true }] });
  assert.equal(readOnly.toSorted(), ['bind:/bound:ro', 'shared:/shared:ro']);
  const nobody = { volumesFrom: [{ container: 'nosuch' }] };
  assert.is(await codeOf(() => pointsOf(nobody)), 'CONTAINER_NOT_FOUND');
});

test('names of volumes that lead elsewhere are refused', async () => {
  for (const name of ['../x', 'a/b', '.hidden', '', 'x', '-x', 'a\0b', 'a'.repeat(256)]) {
    const mounts = [volume('/a', name)];
    assert.is(await codeOf(() => pointsOf({ mounts })), 'VOLUME_INVALID', JSON.stringify(name));
  }
});

test.run();
