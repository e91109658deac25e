import { readdirSync } from 'node:fs';
import { errnoOf } from './system-error.ts';

/** The names in a directory; none where it is not there. Throws the system's errors. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
