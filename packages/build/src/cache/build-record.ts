import { mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, explainSystemError, namesIn, writeFileAtomic } from '@ctrkit/durable';
import type { Engine } from '@ctrkit/engine';
import { digestHex, digestOf } from '@ctrkit/oci';
import type { RecordedStep, RecordedSteps } from './recorded-step.ts';

/** Dockerfiles whose last build is remembered. */
const MOST = 100;
const LARGEST = 32 * 1024 * 1024;
const SUFFIX = '.json';

const directoryOf = ({ root }: Engine): string => join(root, 'build-cache/records');

// A record tells by its name whose it is and what was built, so that who builds the same again need not read it.
const prefixOf = (origin: string): string => `${digestHex(digestOf(origin)).slice(0, 32)}-`;

function nameOf(origin: string, steps: RecordedSteps): string {
  const keys = [...steps].map(([place, { key }]) => `${place} ${key}`).toSorted();
  return `${prefixOf(origin)}${digestHex(digestOf(keys.join('\n'))).slice(0, 32)}${SUFFIX}`;
}

const age = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The records of a directory, the newest first. */
function recordsIn(directory: string, prefix = ''): string[] {
  const names = namesIn(directory).filter((name) => name.startsWith(prefix) && name.endsWith(SUFFIX)); // prettier-ignore
  const paths = names.map((name) => join(directory, name));
  return paths.length < 2 ? paths : paths.toSorted((a, b) => age(b) - age(a));
}

/** The steps of the last build of that origin; none where there was none, or nobody knows any more. */
export function readBuildRecord(engine: Engine, origin: string): RecordedSteps {
  try {
    const [path] = recordsIn(directoryOf(engine), prefixOf(origin));
    if (path === undefined) return new Map();
    // What we wrote ourselves, so that its shape is known.
    return new Map(JSON.parse(readFileSync(path, 'utf8')) as [string, RecordedStep][]);
  } catch (error) {
    // What was cut off, or cannot be read, explains nothing; the build needs it for nothing else.
    if (errnoOf(error) !== undefined || error instanceof SyntaxError) return new Map();
    throw error;
  }
}

/** Whether the last build of that origin was of these very steps; it counts as the last one again. */
export function isRecorded(engine: Engine, origin: string, steps: RecordedSteps): boolean {
  const now = new Date();
  try {
    utimesSync(join(directoryOf(engine), nameOf(origin, steps)), now, now);
    return true;
  } catch {
    // Not there, or on a disk that is only read.
    return false;
  }
}

/** Remembers the steps of a build: those of this one, and those of the last one that it did not need. Not synced: it explains, and no more. */
export async function writeBuildRecord(
  engine: Engine,
  origin: string,
  { now, all }: { readonly now: RecordedSteps; readonly all: RecordedSteps },
): Promise<void> {
  const text = JSON.stringify([...all]);
  if (text.length > LARGEST) return;
  const directory = directoryOf(engine);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, directory);
  }
  const path = join(directory, nameOf(origin, now));
  await writeFileAtomic(path, text, { sync: false });
  const others = recordsIn(directory, prefixOf(origin)).filter((one) => one !== path);
  const oldest = recordsIn(directory).slice(MOST);
  for (const one of [...others, ...oldest]) rmSync(one, { force: true });
}
