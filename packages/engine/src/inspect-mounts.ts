import type { ContainerMount, MountPoint } from './container-mount.ts';
import type { Engine } from './engine.ts';
import { volumeFiles } from './volume-record.ts';

const readWrite = ({ readOnly = false }: ContainerMount): boolean => !readOnly;

/** What `--volume` says after the target. */
const modeOf = ({ text = '' }: ContainerMount): string => text.split(':')[2] ?? '';

// Docker has `z` for a volume of which nothing else is said.
function volumeMode({ option, text, ...mount }: MountPoint & { readonly type: 'volume' }): string {
  if (option === 'image' || (option === 'volume' && text === undefined)) return '';
  return modeOf({ ...mount, text }) || 'z';
}

function mountPoint(engine: Engine, mount: MountPoint): object {
  const common = { Destination: mount.target };
  if (mount.type === 'tmpfs') {
    return {
      Type: 'tmpfs',
      Source: '',
      ...common,
      Mode: '',
      RW: readWrite(mount),
      Propagation: '',
    };
  }
  if (mount.type === 'bind') {
    const { source, propagation = 'rprivate' } = mount;
    return { Type: 'bind', Source: source, ...common, Mode: modeOf(mount), RW: readWrite(mount), Propagation: propagation }; // prettier-ignore
  }
  return {
    Type: 'volume',
    Name: mount.name,
    Source: volumeFiles(engine, mount.name),
    ...common,
    Driver: 'local',
    Mode: volumeMode(mount),
    RW: readWrite(mount),
    Propagation: '',
  };
}

/** Docker's `Mounts`: everything but what `--tmpfs` was for. */
export const inspectMounts = (engine: Engine, mounts: readonly MountPoint[]): object[] =>
  mounts.filter(({ option }) => option !== 'tmpfs').map((mount) => mountPoint(engine, mount));

const given = (name: string, value: object = {}): object =>
  Object.keys(value).length > 0 ? { [name]: value } : {};

function optionsOf(mount: MountPoint): object {
  if (mount.type === 'tmpfs') {
    const { size, mode } = mount;
    const options = { ...(size && { SizeBytes: size }), ...(mode !== undefined && { Mode: mode }) };
    return { TmpfsOptions: options };
  }
  if (mount.type === 'volume') {
    const { noCopy, subpath, labels } = mount;
    const options = { ...(noCopy && { NoCopy: true }), ...given('Labels', labels), ...(subpath !== undefined && { Subpath: subpath }) }; // prettier-ignore
    return { VolumeOptions: options };
  }
  const { propagation, recursive } = mount;
  const options = { ...(propagation && { Propagation: propagation }), ...(recursive === false && { NonRecursive: true }) }; // prettier-ignore
  return Object.keys(options).length === 0 ? {} : { BindOptions: options };
}

function asMount(mount: MountPoint): object {
  const source = mount.type === 'bind' ? mount.source : mount.type === 'volume' && !mount.anonymous ? mount.name : undefined; // prettier-ignore
  return {
    Type: mount.type,
    ...(source !== undefined && { Source: source }),
    Target: mount.target,
    ...(mount.readOnly === true && { ReadOnly: true }),
    ...optionsOf(mount),
  };
}

/** What of a container's mounts stands in docker's `HostConfig`. */
export function hostConfigMounts(mounts: readonly MountPoint[]): object {
  const of = (option: string): MountPoint[] =>
    mounts.filter((mount) => (mount.option ?? 'mount') === option);
  const texts = (option: string): string[] | null => {
    const all = new Set(of(option).flatMap(({ text }) => text ?? []));
    return all.size === 0 ? null : [...all];
  };
  const [asked, tmpfs] = [of('mount'), of('tmpfs')];
  return {
    Binds: texts('volume'),
    VolumeDriver: '',
    VolumesFrom: texts('volumes-from'),
    ...(asked.length > 0 && { Mounts: asked.map(asMount) }),
    ...(tmpfs.length > 0 && { Tmpfs: Object.fromEntries(tmpfs.map(({ target, text = '' }) => [target, text])) }), // prettier-ignore
  };
}

/** Docker's `Config.Volumes`: those that the image has, and those that were asked for without a name. */
export function configVolumes(mounts: readonly MountPoint[]): object | null {
  const own = mounts.filter(
    ({ type, option, text }) =>
      option === 'image' || (type === 'volume' && option === 'volume' && text === undefined),
  );
  return own.length === 0 ? null : Object.fromEntries(own.map(({ target }) => [target, {}]));
}
