import { readFileSync } from 'node:fs';

const RELEASE = '/proc/sys/kernel/osrelease';

/**
 * Whether a kernel has what came with a version.
 * @param release @default this machine's
 */
export function isKernelSince(
  major: number,
  minor: number,
  release: string = readFileSync(RELEASE, 'latin1'),
): boolean {
  const [first = 0, second = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}

/** Whether whoever opened a file without a name may give it one without a privilege of the whole machine (Linux 6.10). */
export const linksAnonymousFiles = (release?: string): boolean => isKernelSince(6, 10, release);
