import { dirname, resolve } from 'node:path';
import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import { mountAttributes, rootOverlayOperation } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { NsExecError } from '../ns-exec-error.ts';
import { sortMountOptions } from './mount-options.ts';
import { isMapped } from './mounts.ts';

/** The mount that is the root itself: `destination: "/"`, first in the list. */
export function rootMountOf(spec: RuntimeSpec): Mount | undefined {
  return spec.mounts?.find((mount) => mount.destination === '/');
}

// Device nodes that an image brings must not open the host's devices; the container's own stand in its /dev.
function rootAttributes(spec: RuntimeSpec, own: number): number {
  const mayMakeNodes = spec.process?.capabilities?.bounding?.includes('CAP_MKNOD') ?? false;
  return own | (mayMakeNodes ? 0 : mountAttributes.nodev);
}

// Overlay escapes `:` and `\` in directory lists with a backslash.
function splitDirectories(list: string): string[] {
  return (list.match(/(?:\\.|[^:\\])+/g) ?? []).map((part) => part.replaceAll(/\\(.)/g, '$1'));
}

function overlayPlan(mount: Mount, spec: RuntimeSpec, bundle: string): Operation {
  const { attributes, data } = sortMountOptions(mount.options ?? []);
  const value = (key: string): string | undefined =>
    data.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
  const directory = (path: string | undefined): string =>
    path === undefined ? '' : resolve(bundle, splitDirectories(path).join(':'));
  const lowers = splitDirectories(value('lowerdir') ?? '');
  if (lowers.length === 0) {
    throw new NsExecError('BUNDLE_INVALID', 'the overlay at / has no lowerdir');
  }
  return {
    op: rootOverlayOperation(),
    lowers: lowers.map((lower) => resolve(bundle, lower)),
    upper: directory(value('upperdir')),
    work: directory(value('workdir')),
    options: data.filter((option) => !/^(?:lower|upper|work)dir=/.test(option)),
    attributes: rootAttributes(spec, attributes),
  };
}

/** The directories on the host whose owners the root shows as the container's own ids, where its mount says so (`idmap`). */
export function mappedRoots(spec: RuntimeSpec, bundle: string): string[] {
  const mount = rootMountOf(spec);
  if (mount === undefined || !isMapped(mount)) return [];
  const root = rootPlan(spec, bundle);
  if (root.op === 'root-bind') return [String(root.path)];
  if (!('lowers' in root)) return [];
  const { lowers, upper, work } = root;
  const [one, other] = [upper, work].map((path) => dirname(String(path)));
  if (one !== other) throw new NsExecError('SPEC_UNSUPPORTED', 'the upper directory and the work directory of a mapped overlay must be in one directory'); // prettier-ignore
  return [...new Set([...lowers.map(String), ...(upper === '' ? [] : [String(one)])])];
}

/**
 * Makes the container's root, to be attached: the overlay that a spec has at `/`, else a copy of the mount at `root.path`.
 * Throws BUNDLE_INVALID.
 */
export function rootPlan(spec: RuntimeSpec, bundle: string): Operation {
  const mount = rootMountOf(spec);
  if (mount?.type === 'overlay') return overlayPlan(mount, spec, bundle);
  const path = mount?.source ?? spec.root?.path;
  if (path === undefined) throw new NsExecError('BUNDLE_INVALID', 'the spec has no root');
  return {
    op: 'root-bind',
    path: resolve(bundle, path),
    // In a user namespace mounts may only be copied together with what is mounted below them.
    recursive: spec.linux?.uidMappings === undefined ? 0 : 1,
    attributes: rootAttributes(spec, 0),
  };
}
