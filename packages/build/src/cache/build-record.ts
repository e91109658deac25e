import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, explainSystemError, namesIn, writeFileAtomic } from '@ctrkit/durable';
import type { Engine } from '@ctrkit/engine';
import { digestHex, digestOf, OciError, parseJson } from '@ctrkit/oci';
import type { RecordedStep, RecordedSteps } from './recorded-step.ts';

/** Dockerfiles whose last build is remembered. */
const MOST = 100;
const LARGEST = 32 * 1024 * 1024;

const directoryOf = ({ root }: Engine): string => join(root, 'build-cache/records');
const pathOf = (engine: Engine, origin: string): string =>
  join(directoryOf(engine), `${digestHex(digestOf(origin))}.json`);

/** The steps of the last build of that origin; none where there was none, or nobody knows any more. */
export function readBuildRecord(engine: Engine, origin: string): RecordedSteps {
  const path = pathOf(engine, origin);
  try {
    // What we wrote ourselves, so that its shape is known; what is no JSON any more explains nothing.
    const entries = parseJson(readFileSync(path), { maxBytes: LARGEST });
    return new Map(entries as [string, RecordedStep][]);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof OciError) return new Map();
    throw explainSystemError(error, path);
  }
}

/** Remembers the steps of a build. Not synced: it explains, and no more. */
export async function writeBuildRecord(
  engine: Engine,
  origin: string,
  steps: RecordedSteps,
): Promise<void> {
  const text = JSON.stringify([...steps]);
  if (text.length > LARGEST) return;
  try {
    mkdirSync(directoryOf(engine), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, directoryOf(engine));
  }
  await writeFileAtomic(pathOf(engine, origin), text, { sync: false });
  forgetOldest(engine);
}

function forgetOldest(engine: Engine): void {
  const directory = directoryOf(engine);
  const names = namesIn(directory).filter((name) => name.endsWith('.json'));
  if (names.length <= MOST) return;
  const age = (name: string): number =>
    statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const oldest = names.toSorted((a, b) => age(a) - age(b)).slice(0, names.length - MOST);
  for (const name of oldest) rmSync(join(directory, name), { force: true });
}
