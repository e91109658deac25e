import { isKernelSince } from './kernel-release.ts';

/** Whether a kernel takes an overlay's lower directories one by one (`lowerdir+`, Linux 6.7). */
export const takesLayersOneByOne = (release?: string): boolean => isKernelSince(6, 7, release);

/** The operation that mounts an overlay as the root of this kernel. */
export const rootOverlayOperation = (): 'root-overlay' | 'root-overlay-by-name' =>
  takesLayersOneByOne() ? 'root-overlay' : 'root-overlay-by-name';
