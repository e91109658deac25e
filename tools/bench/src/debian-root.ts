import { debianRoot } from '@ctrkit/testing';
import { isInstalled } from './commands.ts';
import { writeLayout } from './write-layout.ts';

/**
 * Writes an OCI layout of the Debian root file system that debootstrap makes, as one layer. Needs root and the mirror.
 */
export async function writeDebianRoot(directory: string, signal: AbortSignal): Promise<void> {
  if (!isInstalled('debootstrap')) throw new Error('debootstrap is not installed');
  await writeLayout(directory, await debianRoot(), signal);
}
