import type { RunMount } from '../dockerfile/instruction.ts';
import { setting } from '../cache/inputs.ts';
import type { Place } from '../stage/place.ts';
import { parseSize } from './size.ts';
import { mountTarget } from './mount-target.ts';
import { acquired } from './run-mount.ts';
import type { PlannedMount } from './run-mount.ts';

/** `--mount=type=tmpfs`: memory that goes with the container. */
export function planTmpfs(place: Place, options: RunMount['options']): Promise<PlannedMount> {
  const target = mountTarget(place, options['target']);
  const size = parseSize(options['size']);
  return Promise.resolve({
    inputs: setting(`tmpfs ${target}`, String(size ?? '')),
    acquire: () => Promise.resolve(acquired([{ type: 'tmpfs', target, ...(size !== undefined && { size }) }])), // prettier-ignore
  });
}
