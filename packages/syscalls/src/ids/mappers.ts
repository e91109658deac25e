import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Programs that write the maps of a user namespace for those who may not (newuidmap(1), newgidmap(1)). */
export interface Mappers {
  readonly uid: string;
  readonly gid: string;
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

function findProgram(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/bin'];
  return directories
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => join(directory, name))
    .find(isProgram);
}

/** Both of them, or neither. */
export function findMappers(): Mappers | undefined {
  const [uid, gid] = [findProgram('newuidmap'), findProgram('newgidmap')];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
