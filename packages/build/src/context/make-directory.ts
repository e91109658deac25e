import { mkdirSync } from 'node:fs';
import { explainSystemError } from '@ctrkit/durable';

/** Makes a directory of our own, and those above it. Throws durable's NO_SPACE, READ_ONLY, PERMISSION_DENIED. */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, path);
  }
}
