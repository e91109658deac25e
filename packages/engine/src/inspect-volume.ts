import type { Engine } from './engine.ts';
import { findVolume } from './volume.ts';

/** Docker marks by a label what nobody chose the name of. */
const ANONYMOUS = 'com.docker.volume.anonymous';

/**
 * All that is known of a volume, in the shape and under the names of docker's `volume inspect`. Throws VOLUME_NOT_FOUND,
 * VOLUME_DAMAGED.
 */
export function inspectVolume(engine: Engine, name: string): Record<string, unknown> {
  const { created, labels, anonymous, mountpoint } = findVolume(engine, name);
  const shown = anonymous ? { ...labels, [ANONYMOUS]: '' } : labels;
  return {
    CreatedAt: created.replace(/\.\d+Z$/, 'Z'),
    Driver: 'local',
    Labels: Object.keys(shown).length === 0 ? null : shown,
    Mountpoint: mountpoint,
    Name: name,
    Options: null,
    Scope: 'local',
  };
}
