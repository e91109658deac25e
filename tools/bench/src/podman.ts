import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How podman is called so that it keeps everything of its own in one directory. */
export interface Podman {
  /** The rest of a command follows. */
  readonly command: readonly [string, ...string[]];
  /** To be added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Low limits, because podman asks for more than a container of the host's may have. */
function settings(directory: string): string {
  return [
    '[containers]',
    'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]',
    '[engine]',
    'runtime = "runc"',
    'cgroup_manager = "cgroupfs"',
    'events_logger = "file"',
    // The default is one in shared memory for the whole machine.
    'lock_type = "file"',
    `tmp_dir = ${JSON.stringify(join(directory, 'tmp'))}`,
    '',
  ].join('\n');
}

/** Writes podman's settings into a new directory and hands back how to call it with them. */
export async function preparePodman(directory: string): Promise<Podman> {
  await mkdir(directory);
  const file = join(directory, 'containers.conf');
  await writeFile(file, settings(directory));
  const own = ['--root', join(directory, 'root'), '--runroot', join(directory, 'run')];
  return {
    command: ['podman', ...own, '--storage-driver', 'overlay'],
    env: { CONTAINERS_CONF: file },
  };
}
