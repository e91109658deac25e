import { fsync } from 'node:fs';
import { promisify } from 'node:util';

/** Has what was written to a descriptor on disk; a disk takes its time, so that others work meanwhile. */
export const flush: (descriptor: number) => Promise<void> = promisify(fsync);
