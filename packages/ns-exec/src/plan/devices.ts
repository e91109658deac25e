import { defaultDeviceLinks, defaultDevices } from '@ctrkit/oci';
import type { LinuxDevice, RuntimeSpec } from '@ctrkit/oci';
import { mountAttributes } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { NsExecError } from '../ns-exec-error.ts';

/** Makes the nodes where we may; in a user namespace nobody may, and the host's own are bound. */
export type DeviceStrategy = 'make' | 'bind';

// A device on a read-only mount is read and written as ever; what stays as it is are its mode, owner and times.
const fixed = mountAttributes.ro | mountAttributes.nosuid | mountAttributes.noexec;

function devicePlan(device: LinuxDevice, strategy: DeviceStrategy): Operation {
  const { path, type, major, minor, fileMode = 0o666 } = device;
  if (strategy === 'bind') {
    return {
      op: 'bind',
      source: path,
      within: '',
      target: path,
      attributes: fixed,
      recursive: 0,
      follow: 0,
    };
  }
  if (type !== 'c' || major === undefined || minor === undefined) {
    throw new NsExecError('SPEC_UNSUPPORTED', `the device ${path} is no character device`);
  }
  return { op: 'device', path, mode: fileMode, major, minor };
}

/**
 * The container's /dev, once a file system is mounted there: the standard devices and links, and those of the spec;
 * nothing where the spec mounts none (config-linux.md#default-devices). Throws SPEC_UNSUPPORTED.
 */
export function devicesPlan(spec: RuntimeSpec, strategy: DeviceStrategy): Operation[] {
  // A /dev of the host, bound, is what whoever bound it wanted; nothing is made in it.
  const hasOwnDev =
    spec.mounts?.some(({ destination, type }) => destination === '/dev' && type !== 'bind') ??
    false;
  if (!hasOwnDev) return [];
  const given = spec.linux?.devices ?? [];
  const standard = defaultDevices.filter(({ path }) => !given.some((own) => own.path === path));
  return [
    ...[...standard, ...given].map((device) => devicePlan(device, strategy)),
    ...defaultDeviceLinks.map(([path, target]): Operation => ({ op: 'link', path, target })),
    { op: 'own-null' },
  ];
}
