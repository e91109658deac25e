import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** What peers make outside of the directories that they are given; none of it has a setting. */
const paths = [
  '/etc/docker/key.json',
  '/opt/containerd',
  '/run/containerd',
  '/run/docker',
  '/run/libpod',
  '/run/containers',
  '/var/lib/containers',
];

/** Remembers which of the peers' own places are on the machine; disposing removes those that came later. */
export function watchStrays(): { [Symbol.asyncDispose](): Promise<void> } {
  const missing = paths.filter((path) => !existsSync(path));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(missing.map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}
