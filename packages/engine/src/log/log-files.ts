import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { errnoOf } from '@ctrkit/durable';
import { closeLogFile, fileNamed, openLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';

const CURRENT = 'log';

/** The file that is written to, and its predecessors from the newest on: log, log.1, log.2 … */
const pathOf = (directory: string, age: number): string =>
  join(directory, age === 0 ? CURRENT : `${CURRENT}.${age}`);

function oldestAge(directory: string): number {
  try {
    const ages = readdirSync(directory).map((name) => Number(/^log\.(\d{1,3})$/.exec(name)?.[1]));
    return Math.max(0, ...ages.filter((age) => age > 0));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** Whether a file is the one that is written to. One that is not gets no more lines. */
export function isCurrent(directory: string, file: LogFile): boolean {
  return fileNamed(pathOf(directory, 0)) === file.identity;
}

// From the newest on: a rotation makes files older, so that none can slip past.
function openAll(directory: string): { files: LogFile[]; isWhole: boolean } {
  const files: LogFile[] = [];
  try {
    // The oldest may be renamed between looking and opening.
    const ages = Array.from({ length: oldestAge(directory) + 2 }, (_, age) => age);
    const found = ages.map((age) => {
      const file = openLogFile(pathOf(directory, age));
      if (file !== undefined) files.push(file);
      return file?.identity;
    });
    const isWhole = ages.every((age) => fileNamed(pathOf(directory, age)) === found[age]);
    return { files, isWhole };
  } catch (error) {
    files.forEach(closeLogFile);
    throw error;
  }
}

/**
 * Opens all files of a log, the newest first: as they stood at one moment, also when they are being rotated. In the
 * middle of a rotation the newest may be a file that is no longer written to. Throws LOG_INVALID, DurableError.
 */
export async function openLogFiles(directory: string): Promise<LogFile[]> {
  for (;;) {
    const { files, isWhole } = openAll(directory);
    // Files that are open keep their inodes: who finds the same twice knows that nothing moved in between.
    if (isWhole) return files;
    files.forEach(closeLogFile);
    await setImmediate();
  }
}
