import { join } from 'node:path';
import type { Member } from './apply.ts';
import { enableControllers } from './enable-controllers.ts';
import type { Hierarchy } from './hierarchy.ts';
import { inheritCpuset, makeDirectory, makeParents } from './make-directory.ts';
import type { Place } from './place.ts';

/** Makes the directory of one place, with everything above it that it needs. */
export async function makeMember(
  { tree, needed }: Place,
  path: string,
  hierarchy: Hierarchy,
): Promise<Member> {
  const directory = join(tree.mountPoint, path);
  if (tree.version === 2) {
    await makeParents(directory);
    enableControllers(tree, hierarchy.base ?? '/', path, [...needed]);
  }
  await makeDirectory(directory);
  if (tree.version === 1 && tree.controllers.includes('cpuset')) {
    inheritCpuset(tree.mountPoint, directory);
  }
  return { tree, directory };
}
