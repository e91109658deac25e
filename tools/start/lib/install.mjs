import { readFileSync } from 'node:fs';
import { checkout } from './checkout.mjs';
import { runQuietly } from './run-quietly.mjs';
import { say } from './say.mjs';

/**
 * The packages of a lock file, or nothing where there is none, or only a part of one.
 * @param {string} path
 * @returns {Record<string, {version?: string, integrity?: string, link?: boolean, optional?: boolean}> | undefined}
 */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules holds what package-lock.json asks for. By contents: times say nothing after a
 * checkout. npm records what it has installed in node_modules/.package-lock.json.
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = lockedPackages(`${folder}/package-lock.json`);
  const there = lockedPackages(`${folder}/node_modules/.package-lock.json`);
  if (there === undefined) return false;
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(([path, one]) => {
    if (path === '') return true;
    const installed = there[path];
    // Of the optional ones npm installs those of this platform.
    if (installed === undefined) return one.optional === true;
    return (
      installed.version === one.version &&
      installed.integrity === one.integrity &&
      installed.link === one.link
    );
  });
}

/**
 * Installs the dependencies unless they are there: what package-lock.json says, and never another one. Not by
 * `npm ci`, which gives up where a registry does not have the binaries of every other platform.
 */
export async function install() {
  if (isInstalled(checkout)) return;
  say('Installing dependencies (npm) …');
  await runQuietly('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
}
