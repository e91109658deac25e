import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeSpec } from '@ctrkit/oci';

const processors = '/sys/devices/system/cpu';

// How often a processor was slowed down tells of what others compute on it.
function thermalPaths(): string[] {
  if (!existsSync(processors)) return [];
  return readdirSync(processors)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => join(processors, name, 'thermal_throttle'))
    .filter((path) => existsSync(path));
}

/** A spec that also hides what only this machine knows the names of; for the default sandbox. */
export function withMachineMasks(spec: RuntimeSpec): RuntimeSpec {
  const paths = thermalPaths();
  if (paths.length === 0) return spec;
  const maskedPaths = [...(spec.linux?.maskedPaths ?? []), ...paths];
  return { ...spec, linux: { ...spec.linux, maskedPaths } };
}
