import { existsSync, readFileSync } from 'node:fs';
import { has } from './has.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run-quietly.mjs';
import { say } from './say.mjs';

/** @typedef {{package: string, for: string, shows: string}} DebianPackage */

/** @returns {DebianPackage[]} those of debian-packages.json that are not there */
export function missingPackages(isThere = has) {
  const list = new URL('../debian-packages.json', import.meta.url);
  /** @type {DebianPackage[]} */
  const all = JSON.parse(readFileSync(list, 'utf8'));
  return all.filter((one) => !isThere(one.shows));
}

/** @param {DebianPackage[]} packages */
function sayEach(packages) {
  for (const one of packages) say(`  ${one.package.padEnd(16)} ${one.for}`);
}

/** @param {string[]} args */
async function aptGet(...args) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runQuietly('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], { env });
}

/** @param {DebianPackage[]} packages */
async function installPackages(packages) {
  say('Installing with apt-get what the tests need:');
  sayEach(packages);
  const names = packages.map((one) => one.package);
  try {
    await aptGet('update');
    await aptGet('install', '--no-install-recommends', ...names);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(error.output.trimEnd());
    say(`${error.message}; going on without, tests that need them say so`);
  }
}

/**
 * Sees to the Debian packages that the tests talk to: root on Debian gets them installed, others
 * are told what is missing.
 * @param {{install: boolean}} options
 */
export async function debianPackages({ install }) {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  const isDebian = existsSync('/etc/debian_version') && has('command:apt-get');
  if (install && isRoot && isDebian) return installPackages(missing);
  say('Missing; the tests that need one of these are skipped and say so:');
  sayEach(missing);
  say(`  apt-get install ${missing.map((one) => one.package).join(' ')}`);
}
