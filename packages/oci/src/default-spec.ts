import {
  defaultCapabilities,
  defaultDeviceRules,
  defaultMounts,
  defaultPath,
  maskedPaths,
  readonlyPaths,
} from './default-sandbox.ts';
import { defaultSeccomp } from './default-seccomp.ts';
import type { Linux, LinuxNamespaceType, Process, RuntimeSpec } from './runtime-spec.ts';

const namespaces: readonly LinuxNamespaceType[] = [
  'pid',
  'mount',
  'network',
  'ipc',
  'uts',
  'cgroup',
];

/**
 * The default sandbox as a new runtime configuration, the caller's to change: `sh` as root with few
 * capabilities, in namespaces of its own, on the bundle's `rootfs`. On no point is it looser than both docker
 * and podman. It sets no limits and no host name.
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md
 */
export function defaultSpec(): RuntimeSpec {
  return {
    ociVersion: '1.2.0',
    process: defaultProcess(),
    root: { path: 'rootfs', readonly: false },
    mounts: defaultMounts.map((mount) => ({ ...mount, options: [...(mount.options ?? [])] })),
    linux: defaultLinux(),
  };
}

function defaultProcess(): Process {
  return {
    terminal: false,
    user: { uid: 0, gid: 0, umask: 0o022, additionalGids: [0] },
    args: ['sh'],
    env: [`PATH=${defaultPath}`],
    cwd: '/',
    capabilities: {
      bounding: [...defaultCapabilities],
      effective: [...defaultCapabilities],
      permitted: [...defaultCapabilities],
      // CVE-2022-24769: a program with file capabilities must gain nothing by inheriting them.
      inheritable: [],
      ambient: [],
    },
    noNewPrivileges: false,
    oomScoreAdj: 0,
  };
}

function defaultLinux(): Linux {
  return {
    namespaces: namespaces.map((type) => ({ type })),
    resources: { devices: defaultDeviceRules.map((rule) => ({ ...rule })) },
    maskedPaths: [...maskedPaths],
    readonlyPaths: [...readonlyPaths],
    seccomp: defaultSeccomp(),
  };
}
