import { readFileSync } from 'node:fs';

const RELEASE = '/proc/sys/kernel/osrelease';

/** Whether a kernel takes an overlay's lower directories one by one (`lowerdir+`, Linux 6.7). */
export function takesLayersOneByOne(kernel: string = readFileSync(RELEASE, 'latin1')): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return major > 6 || (major === 6 && minor >= 7);
}

/** The operation that mounts an overlay as the root of this kernel. */
export const rootOverlayOperation = (): 'root-overlay' | 'root-overlay-by-name' =>
  takesLayersOneByOne() ? 'root-overlay' : 'root-overlay-by-name';
