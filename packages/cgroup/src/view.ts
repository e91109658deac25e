import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { View } from './controllers/controller.ts';
import { readValue } from './files.ts';

/** What controllers may see of the cgroup in a directory. */
export function viewOf(directory: string, version: 1 | 2, fresh: boolean): View {
  return {
    version,
    fresh,
    read: (file) => readValue(join(directory, file)),
    list: () => readdirSync(directory),
  };
}

/** What controllers see before there is a directory: to ask which of them have something to set. */
export function blankView(version: 1 | 2): View {
  return { version, fresh: true, read: () => undefined, list: () => [] };
}
