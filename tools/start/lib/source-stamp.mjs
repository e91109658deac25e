import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the build reads, below each package and tool. */
const inputs = ['src', 'native', 'addon', 'package.json', 'tsconfig.json'];
const common = ['nx.json', 'package-lock.json', 'tsconfig.base.json'];

/** @param {string} path @returns {string[]} */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesBelow(join(path, name)));
}

/**
 * A digest of everything that the build reads, and of the Node that it runs on.
 * @param {string} folder the checkout
 */
export function sourceStamp(folder) {
  const projects = ['packages', 'tools'].flatMap((group) =>
    readdirSync(join(folder, group))
      .toSorted()
      .map((name) => join(folder, group, name)),
  );
  const files = [
    ...common.map((name) => join(folder, name)),
    ...projects.flatMap((project) => inputs.map((name) => join(project, name))),
  ].flatMap(filesBelow);
  const hash = createHash('sha256').update(`${process.version} ${process.arch}\n`);
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(folder.length)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}
