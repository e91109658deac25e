import type { LinuxResources } from '@ctrkit/oci';
import { CgroupError } from './cgroup-error.ts';
import type { Setting } from './controllers/controller.ts';

/** Of the core's files, those that are limits. The others move processes, hand out controllers or kill. */
const coreLimits = new Set(['cgroup.max.depth', 'cgroup.max.descendants', 'cgroup.pressure']);

function isLimit(file: string): boolean {
  if (file.startsWith('cgroup.')) return coreLimits.has(file);
  return /^[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+$/.test(file);
}

/**
 * `linux.resources.unified`: v2 files by name. A file takes one line a write. Throws CGROUP_INVALID_VALUE.
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#unified
 */
export function unifiedSettings({ unified = {} }: LinuxResources): Setting[] {
  return Object.entries(unified).flatMap(([file, text]) => {
    if (!isLimit(file)) {
      throw new CgroupError(
        'CGROUP_INVALID_VALUE',
        `linux.resources.unified: ${JSON.stringify(file)} is no limit of cgroup v2`,
      );
    }
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((value) => ({ file, value }));
  });
}

/** The controllers that these files belong to. */
export function unifiedControllers({ unified = {} }: LinuxResources): string[] {
  const names = Object.keys(unified).map((file) => file.slice(0, file.indexOf('.')));
  return [...new Set(names)].filter((name) => name !== 'cgroup');
}
