import { has } from './has.mjs';
import { Problem } from './problem.mjs';

/** The oldest Node that this runs on. */
const floor = /** @type {const} */ ([20, 19]);

/**
 * Throws a Problem unless this Node is new enough.
 * @param {string} [version] such as 20.19.0
 */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > floor[0] || (major === floor[0] && minor >= floor[1])) return;
  throw new Problem(
    `Node ${version} is too old: install Node ${floor.join('.')} or newer (https://nodejs.org)`,
  );
}

/**
 * Throws a Problem unless the machine is Linux and has a C compiler, which the helper is built with.
 * @param {(what: string) => boolean} [isThere]
 */
export function checkMachine(isThere = has) {
  if (process.platform !== 'linux') {
    throw new Problem(`containers need Linux, and this is ${process.platform}`);
  }
  const compiler = process.env['CC'] ?? '';
  const names = [...(compiler === '' ? [] : [compiler]), 'cc', 'musl-gcc'];
  // CC may name a path, or hold flags; then the build finds out.
  if (compiler.includes('/') || names.some((name) => isThere(`command:${name}`))) return;
  throw new Problem('no C compiler: install one (apt-get install gcc libc6-dev)');
}
