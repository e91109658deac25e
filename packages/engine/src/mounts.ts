import { posix } from 'node:path';
import type { Mount } from '@ctrkit/oci';
import type { BindMount, MountPoint, TmpfsMount, VolumePoint } from './container-mount.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import type { IdsOfContainer } from './own-ids.ts';
import { tmpfsOptions } from './tmpfs-options.ts';
import { volumeFiles } from './volume-record.ts';

const invalid = (message: string): EngineError => new EngineError('MOUNT_INVALID', message);

/** A target as its container keeps it: absolute, without a slash at its end. Throws MOUNT_INVALID, in docker's words. */
export function checkTarget(target: string): string {
  if (!target.startsWith('/')) {
    throw invalid(`invalid mount path: '${target}' mount path must be absolute`);
  }
  if (target.includes('\0')) throw invalid('invalid mount path: it has a NUL in it');
  const path = posix.resolve(target);
  if (path === '/') throw invalid("invalid specification: destination can't be '/'");
  // Whatever lies there would be taken for the kernel's word (CVE-2019-19921).
  if (path === '/proc' || path.startsWith('/proc/')) {
    throw invalid(`${path} cannot be mounted because it is inside /proc`);
  }
  return path;
}

// Rootless too: what is mounted below comes along, or nothing may be copied.
function bindOptions({
  recursive = true,
  propagation = 'rprivate',
  readOnly = false,
}: Pick<BindMount, 'recursive' | 'propagation' | 'readOnly'>): string[] {
  return [recursive ? 'rbind' : 'bind', propagation, ...(readOnly ? ['ro'] : [])];
}

function tmpfsMount({ target, size, mode, options = [], readOnly = false }: TmpfsMount): Mount {
  const given = [
    ...(readOnly ? ['ro'] : []),
    ...(size === undefined ? [] : [`size=${size}`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
    ...options,
  ];
  return { destination: target, type: 'tmpfs', source: 'tmpfs', options: tmpfsOptions(given) };
}

/** Throws MOUNT_INVALID where a mount is to show owners as a container's own ids, and that has none. */
export function checkMapped(
  mounts: readonly MountPoint[],
  { mapped }: Pick<IdsOfContainer, 'mapped'>,
): void {
  const odd = mounts.find((mount) => mount.type === 'bind' && mount.idmap === true);
  if (mapped || odd === undefined) return;
  const text = `invalid mount config for type "bind": idmap at ${odd.target}: the container has no ids of its own`;
  throw new EngineError('MOUNT_INVALID', text, { hint: 'give it some with --userns auto' });
}

// What a volume has belongs on disk to whom containers see, whatever their ids are.
function mappingOf(mount: BindMount | VolumePoint): string[] {
  if (mount.type === 'volume') return ['idmap'];
  if (mount.idmap !== true) return [];
  return [mount.recursive === false ? 'idmap' : 'ridmap'];
}

/** The mount of a runtime spec for one of a container. Throws MOUNT_INVALID. */
export function specMount(
  engine: Engine,
  mount: MountPoint,
  { mapped }: Pick<IdsOfContainer, 'mapped'> = { mapped: false },
): Mount {
  if (mount.type === 'tmpfs') return tmpfsMount(mount);
  const isVolume = mount.type === 'volume';
  return {
    destination: mount.target,
    type: 'bind',
    source: isVolume ? volumeFiles(engine, mount.name) : mount.source,
    options: [
      ...bindOptions(mount),
      ...(mapped ? mappingOf(mount) : []),
      // An image's device nodes are copied into a volume; they must not open the host's devices there.
      ...(isVolume ? ['nodev'] : []),
      ...(mount.chown === true ? ['x-ctr.owned'] : []),
      ...(isVolume && mount.subpath !== undefined ? [`x-ctr.subpath=${mount.subpath}`] : []),
    ],
  };
}

const depth = ({ destination }: Mount): number => destination.split('/').length;
const byDepth = (mounts: readonly Mount[]): Mount[] =>
  mounts.toSorted((one, other) => depth(one) - depth(other));

const isKernels = ({ destination }: Mount): boolean => /^\/(?:dev|sys)(?:\/|$)/.test(destination);

/**
 * All mounts below a container's root in the order of mounting: what is asked for replaces what every container has at
 * the same place, and who lies deeper comes later. `files` are those of /etc; they and what is asked for come before /proc and
 * its kin: a link of the image, or of a volume, that leads there leads nowhere yet (CVE-2025-52881).
 */
export function arrangeMounts(
  files: readonly Mount[],
  standard: readonly Mount[],
  asked: readonly Mount[],
): Mount[] {
  const places = new Set(asked.map(({ destination }) => destination));
  const stays = ({ destination }: Mount): boolean =>
    !places.has(destination) && !(places.has('/dev') && destination.startsWith('/dev/'));
  const early = asked.filter((mount) => !isKernels(mount));
  return [
    ...byDepth([...files.filter(stays), ...early]),
    ...byDepth([...standard.filter(stays), ...asked.filter(isKernels)]),
  ];
}
