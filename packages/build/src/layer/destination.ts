import { posix } from 'node:path';
import { resolvePath } from './resolve-path.ts';
import type { LookUp } from './root-entries.ts';

/** Where COPY goes, before anything is looked at. */
export interface Destination {
  /** Absolute; what it is relative to is the working directory. */
  readonly path: string;
  /** It says of itself that it is a directory. */
  readonly isDirectory: boolean;
}

/** The destination as it is written. */
export function parseDestination(text: string, workingDirectory: string | undefined): Destination {
  return {
    path: posix.resolve('/', workingDirectory ?? '/', text),
    isDirectory: /(?:^|\/)\.{0,2}$/.test(text),
  };
}

/** The destination as it is in a root: `existing` where it is a directory there. */
export async function findDestination(
  { path, isDirectory }: Destination,
  lookUp: LookUp,
): Promise<{ readonly path: string; readonly isDirectory: boolean }> {
  const resolved = await resolvePath(path, lookUp);
  if (isDirectory || resolved === '') return { path: resolved, isDirectory: true };
  const there = (await lookUp([resolved])).get(resolved);
  return { path: resolved, isDirectory: there?.type === 'directory' };
}
