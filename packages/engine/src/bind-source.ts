import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { errnoOf, explainSystemError } from '@ctrkit/durable';
import type { BindMount } from './container-mount.ts';
import { EngineError } from './engine-error.ts';
import { explained } from './explained.ts';

const invalid = (code: 'MOUNT_INVALID' | 'MOUNT_SOURCE_NOT_FOUND', what: string): EngineError =>
  new EngineError(code, `invalid mount config for type "bind": ${what}`);

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return false;
    throw explainSystemError(error, path);
  }
}

interface HostMount {
  readonly place: string;
  /** `shared:5`, `master:3` and the like (proc_pid_mountinfo(5)). */
  readonly tags: readonly string[];
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8))); // prettier-ignore

function hostMounts(): HostMount[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [, , , , place = '', , ...rest] = line.split(' ');
    return { place: unescaped(place), tags: rest.slice(0, rest.indexOf('-')) };
  });
}

const isIn = (path: string, place: string): boolean =>
  path === place || path.startsWith(place.endsWith('/') ? place : `${place}/`);

// In docker's words. Without this, what the user waits for would never come.
function checkPropagation(
  source: string,
  propagation: NonNullable<BindMount['propagation']>,
): void {
  if (/^r?private$/.test(propagation)) return;
  const path = realpathSync(source);
  // The last of those that contain it, the longest first, is what is seen there.
  const mount = hostMounts()
    .filter(({ place }) => isIn(path, place))
    .toSorted((one, other) => one.place.length - other.place.length)
    .at(-1);
  const has = (kind: string): boolean => mount?.tags.some((tag) => tag.startsWith(`${kind}:`)) ?? false; // prettier-ignore
  const isSlave = propagation.endsWith('slave');
  if (has('shared') || (isSlave && has('master'))) return;
  const wanted = isSlave ? 'a shared or slave mount' : 'a shared mount';
  throw new EngineError(
    'MOUNT_INVALID',
    `path ${source} is mounted on ${mount?.place ?? '/'} but it is not ${wanted}`,
  );
}

/** What belongs to the whole machine: nobody means to give it away. */
const shared = /^\/(?:[^/]*|usr\/[^/]+|etc\/(?:passwd|shadow|group|gshadow))$/;

function checkOwned(source: string): void {
  const path = realpathSync(source);
  if (!shared.test(path)) return;
  throw new EngineError(
    'MOUNT_INVALID',
    `chowning host path ${JSON.stringify(path)} is not allowed`,
    {
      hint: 'give it away by hand (chown -R), or leave out U',
    },
  );
}

/**
 * Sees to it that what is to be bound is there, and can be bound so. Throws MOUNT_INVALID, MOUNT_SOURCE_NOT_FOUND,
 * DurableError.
 */
export function prepareBind({
  source,
  createSource,
  propagation = 'rprivate',
  chown,
}: BindMount): void {
  if (source === '') throw invalid('MOUNT_INVALID', 'field Source must not be empty');
  if (!isAbsolute(source)) {
    throw invalid('MOUNT_INVALID', `invalid mount path: '${source}' mount path must be absolute`);
  }
  if (!isThere(source)) {
    if (createSource !== true) throw invalid('MOUNT_SOURCE_NOT_FOUND', `bind source path does not exist: ${source}`); // prettier-ignore
    explained(source, () => mkdirSync(source, { recursive: true, mode: 0o755 }));
  }
  checkPropagation(source, propagation);
  if (chown === true) checkOwned(source);
}
