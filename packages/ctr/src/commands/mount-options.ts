import { parseBytes } from '@ctrkit/cli-kit';
import type { Values } from '@ctrkit/cli-kit';
import type { CreateOptions, VolumesFrom } from '@ctrkit/engine';
import { EngineError } from '@ctrkit/engine';
import { mountOf, readMount } from './parse-mount.ts';
import type { GivenMount } from './parse-mount.ts';
import { parseTmpfs, parseVolume } from './parse-volume.ts';

/** The flags by which something is mounted in a container. */
export const mountOptions = {
  mount: {
    type: 'array',
    valueName: 'mount',
    coerce: (text: string): GivenMount => readMount(text),
    describe: 'Attach a filesystem mount to the container',
  },
  'read-only': { type: 'boolean', describe: "Mount the container's root filesystem as read only" },
  'shm-size': {
    type: 'string',
    valueName: 'bytes',
    coerce: (text: string): number => parseBytes(text),
    describe: 'Size of /dev/shm',
  },
  tmpfs: { type: 'array', describe: 'Mount a tmpfs directory' },
  volume: { type: 'array', alias: 'v', describe: 'Bind mount a volume' },
  'volumes-from': {
    type: 'array',
    describe: 'Mount volumes from the specified container(s)',
  },
} as const;

function parseVolumesFrom(text: string): VolumesFrom {
  const [container = '', mode = ''] = text.split(':', 2);
  const words = mode.split(',').filter((word) => !['', 'z', 'Z'].includes(word));
  if (words.length > 1 || !['ro', 'rw', undefined].includes(words[0])) {
    throw new EngineError('MOUNT_INVALID', `invalid mode: ${mode}`);
  }
  return { container, readOnly: words[0] === 'ro' };
}

/** What a command line says of a container's mounts. Throws EngineError MOUNT_INVALID. */
export function mountChoices(
  options: Values<typeof mountOptions>,
): Pick<CreateOptions, 'mounts' | 'volumesFrom' | 'readOnlyRoot' | 'shmSize'> {
  return {
    mounts: [
      ...options.volume.map(parseVolume),
      ...options.mount.map(mountOf),
      ...options.tmpfs.map(parseTmpfs),
    ],
    volumesFrom: options['volumes-from'].map(parseVolumesFrom),
    readOnlyRoot: options['read-only'],
    // As docker: 0 is the default.
    shmSize: options['shm-size'] === 0 ? undefined : options['shm-size'],
  };
}
