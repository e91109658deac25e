import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { inCheckout } from './checkout.mjs';

/**
 * The commands of the packages: name, bundle and link.
 * @returns {{name: string, file: string, link: string}[]}
 */
export function commands() {
  return readdirSync(inCheckout('packages')).flatMap((folder) => {
    const path = inCheckout('packages', folder, 'package.json');
    const { bin = {} } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    return Object.entries(/** @type {Record<string, string>} */ (bin)).map(([name, file]) => ({
      name,
      file: inCheckout('packages', folder, file),
      link: inCheckout('node_modules', '.bin', name),
    }));
  });
}

/**
 * npm links commands when it installs, but only those that are there: the bundles are not, before
 * the first build. With the links, `npx ctr` runs the one of this checkout, and never asks a package
 * registry for something of that name.
 */
export function linkCommands() {
  for (const { file, link } of commands()) {
    chmodSync(file, 0o755);
    rmSync(link, { force: true });
    symlinkSync(relative(inCheckout('node_modules', '.bin'), file), link);
  }
}
