import { join } from 'node:path';
import { acquireLock, selfIdentity, sweepTemporaries, writeFileAtomic } from '@ctrkit/durable';
import type { Lock } from '@ctrkit/durable';
import {
  claimIds,
  copyOwnership,
  copyUpper,
  emptyUpper,
  removeTree,
  shareUpper,
  syncFiles,
} from '@ctrkit/rootfs';
import { readSpec } from './bundle.ts';
import { readContainerRecord } from './container-record.ts';
import type { ContainerRecord } from './container-record.ts';
import { copyFiles } from './copy-files.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { withLayer } from './forked-spec.ts';
import { containerWithId } from './list.ts';
import { rootDirectories } from './root-directories.ts';
import type { RootDirectories } from './root-directories.ts';
import { removeRunRecord } from './run-record.ts';
import { takeRun } from './take-run.ts';
import { containerLayers } from './unused-layers.ts';
import { claimVolumes } from './volume-claims.ts';
import { readVolume } from './volume-record.ts';
import { noSuchVolume } from './volume.ts';
import { whilePaused } from './while-paused.ts';
import { whileThere } from './while-there.ts';
import { writeFork } from './write-fork.ts';
import type { ForkedOptions } from './write-fork.ts';

/** What `forkContainer` does under a name and an id that are the fork's. */
export async function makeFork(
  engine: Engine,
  first: string,
  options: ForkedOptions,
): Promise<void> {
  // Of several who fork it one after the other does, for the first changes what the next one stands on.
  const signalled = options.signal === undefined ? {} : { signal: options.signal };
  await using _lock = await lockForks(engine, first, signalled);
  // Its layers stay while it is there, and from here on for us.
  using _claim = await claimIds(engine.root, containerLayers(engine, first), signalled);
  const run = {
    id: first,
    owner: selfIdentity(),
    cgroupsPath: `ctr/${first}`,
    brief: true,
  } as const;
  const isOurs = await takeRun(engine, run);
  try {
    const record = readContainerRecord(engine, first);
    if (record === undefined) throw notFound(first);
    // It may be removed while it is copied, and its volumes with it, that are the fork's by then.
    using _volumes = await keepVolumes(engine, record, options.id);
    if (isOurs) await forkAtRest(engine, record, options);
    else await forkRunning(engine, record, options);
  } finally {
    if (isOurs) removeRunRecord(engine, first);
  }
}

async function keepVolumes(
  engine: Engine,
  { mounts = [] }: ContainerRecord,
  fork: string,
): Promise<Disposable | undefined> {
  const names = mounts.flatMap((mount) => (mount.type === 'volume' ? [mount.name] : []));
  if (names.length === 0) return undefined;
  const claim = await claimVolumes(engine, fork, names);
  const gone = names.find((name) => readVolume(engine, name) === undefined);
  if (gone === undefined) return claim;
  claim.release();
  throw noSuchVolume(gone);
}

async function lockForks(
  engine: Engine,
  id: string,
  signalled: { signal?: AbortSignal },
): Promise<Lock | undefined> {
  try {
    return await acquireLock(join(containerDirectory(engine, id), 'fork.lock'), signalled);
  } catch (error) {
    throw readContainerRecord(engine, id) === undefined ? notFound(id) : error;
  }
}

const notFound = (id: string): EngineError =>
  new EngineError('CONTAINER_NOT_FOUND', `No such container: ${id}`);

// Of all that overlayfs takes (500, OVL_MAX_STACK of the kernel), one is for the upper directory, where a container at rest is read.
const MOST_LAYERS = 499;

function checkDepth(id: string, { lowers }: RootDirectories): void {
  if (lowers.length < MOST_LAYERS) return;
  const text = `container ${id} stands on ${lowers.length} layers, and there is no room for one more`;
  throw new EngineError('CONTAINER_NOT_FORKABLE', text, {
    hint: 'ctr commit makes an image of it, in which all that was changed is one layer',
  });
}

/**
 * What the container changed becomes a layer, then its own, then its upper directory is emptied; then the fork is made. Whoever dies
 * between these steps leaves it with the same files, and a layer that nobody uses or that it alone does.
 */
async function forkAtRest(
  engine: Engine,
  record: ContainerRecord,
  options: ForkedOptions,
): Promise<void> {
  const spec = readSpec(engine, record.id);
  const { upper, copied } = rootDirectories(spec);
  if (copied) {
    await writeFork(engine, record, spec, options, (own) =>
      copyFiles(upper, own, { sync: options.autoRemove !== true }),
    );
    return;
  }
  checkDepth(record.id, rootDirectories(spec));
  const shared = await shareUpper({ root: engine.root, upper });
  using _claim = shared?.claim;
  const upon = shared === undefined ? spec : withLayer(spec, shared.directory);
  if (shared !== undefined) {
    const path = join(containerDirectory(engine, record.id), 'bundle/config.json');
    await writeFileAtomic(path, JSON.stringify(upon), { mode: 0o600 });
    // What was killed here left the rest of another one beside it.
    await sweepTemporaries(containerDirectory(engine, record.id), removeTree);
    await emptyUpper(upper);
  }
  await writeFork(engine, record, upon, options, async (own) => {
    const [top] = rootDirectories(upon).lowers.slice(-1);
    if (top !== undefined) await copyOwnership(top, own);
  });
}

async function forkRunning(
  engine: Engine,
  record: ContainerRecord,
  options: ForkedOptions,
): Promise<void> {
  const container = containerWithId(engine, record.id);
  if (container?.state.status !== 'running') {
    const text = `container ${record.id} is being started or removed by another command`;
    throw new EngineError('CONTAINER_BUSY', text);
  }
  const spec = readSpec(engine, record.id);
  await writeFork(engine, record, spec, options, async (own) => {
    async function* copying(): AsyncGenerator<undefined> {
      yield undefined;
      await copyUpper(rootDirectories(spec).upper, own);
    }
    const whole = whileThere(engine, container, spec, whilePaused(engine, container, copying()));
    for await (const _ of whole) options.signal?.throwIfAborted();
    if (options.autoRemove !== true) await syncFiles(own);
  });
}
