import { join } from 'node:path';
import { copyEntries, removeTree } from '@ctrkit/rootfs';
import { setting } from '../cache/inputs.ts';
import { BuildError } from '../build-error.ts';
import type { Match, Selection } from '../context/source.ts';
import type { RunMount } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import { temporaryFiles } from './temporary-files.ts';
import { FILE, matchRecords } from './match-records.ts';
import { mountTarget } from './mount-target.ts';
import { acquired } from './run-mount.ts';
import type { AcquiredMount, PlannedMount } from './run-mount.ts';

/**
 * The files in a directory of their own: no path of the context or of a stage is mounted, so no link in one leads anywhere, and what
 * the container writes is gone with it.
 */
async function acquire(
  { world }: Place,
  selection: Selection,
  match: Match,
  { target, readOnly }: { readonly target: string; readonly readOnly: boolean },
): Promise<AcquiredMount> {
  const directory = await temporaryFiles(world);
  const remove = (): Promise<void> => removeTree(directory);
  try {
    await copyEntries(matchRecords(selection, match), directory, { sync: false });
  } catch (error) {
    await remove();
    throw error;
  }
  const source = match.isDirectory ? directory : join(directory, FILE);
  return acquired([{ type: 'bind', source, target, readOnly }], remove);
}

/** `--mount=type=bind`: files of the context, of a stage or of an image. Throws SOURCE_NOT_FOUND, STAGE_NOT_FOUND. */
export async function planBind(place: Place, options: RunMount['options']): Promise<PlannedMount> {
  const target = mountTarget(place, options['target']);
  const readOnly = options['readonly'] !== 'false';
  const path = options['source'] ?? '/';
  const from = await place.source(options['from']);
  const tree = await from.tree();
  const selection = await tree.select({ sources: [path], signal: place.signal });
  const [match] = selection.matches;
  if (match === undefined) throw new BuildError('SOURCE_NOT_FOUND', `${path}: not found`);
  const what = [selection.digest, readOnly ? 'ro' : 'rw'].join(' ');
  return {
    inputs: setting(`bind ${target}`, what),
    acquire: () => acquire(place, selection, match, { target, readOnly }),
  };
}
