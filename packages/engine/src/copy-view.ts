import { join } from 'node:path';
import { isAlive, selfIdentity } from '@ctrkit/durable';
import { bindMounts } from '@ctrkit/ns-exec';
import type { RuntimeSpec } from '@ctrkit/oci';
import { joinedTree, joinedTreeWithout, makePlaces, mountDirectory, mountLayers, mountWritable, placesIn } from '@ctrkit/rootfs'; // prettier-ignore
import type { RunningRoot, Tree } from '@ctrkit/rootfs';
import { readSpec } from './bundle.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { findContainer } from './find.ts';
import type { Container } from './list.ts';
import { rootDirectories, stackOf } from './root-directories.ts';
import { readRunRecord, removeRunRecord } from './run-record.ts';
import { takeRun } from './take-run.ts';

/** The files of a container as who lives in it sees them: with what is mounted in it. */
export interface CopyView {
  readonly container: Container;
  readonly spec: RuntimeSpec;
  readonly tree: Tree;
  readonly isRunning: boolean;
}

function runningRoot(engine: Engine, container: Container): RunningRoot | undefined {
  const process = readRunRecord(engine, container.id)?.process;
  if (container.state.status !== 'running' || process === undefined || !isAlive(process)) {
    return undefined;
  }
  const { linux } = readSpec(engine, container.id);
  return { ...process, user: linux?.namespaces?.some(({ type }) => type === 'user') ?? false };
}

const isIn = (path: string, directory: string): boolean => `${path}/`.startsWith(`${directory}/`);

/** What shows the kernel and not files: nobody who copies a whole root means it. Unless a path in it is asked for. */
function hiddenFor(path: string, { mounts = [] }: RuntimeSpec): string[] {
  return mounts
    .filter(({ type, options }) => type !== 'bind' && options?.includes('bind') !== true)
    .filter(({ type, destination }) => type !== 'tmpfs' || destination === '/dev')
    .map(({ destination }) => destination)
    .filter((destination) => destination !== '/' && !isIn(path, destination));
}

/** @param path what is read of it; undefined: it is written to */
function runningView(engine: Engine, container: Container, path?: string): CopyView | undefined {
  const root = runningRoot(engine, container);
  if (root === undefined) return undefined;
  const spec = readSpec(engine, container.id);
  const tree = path === undefined ? joinedTree(root) : joinedTreeWithout(root, hiddenFor(path, spec)); // prettier-ignore
  return { container, spec, tree, isRunning: true };
}

const bindsOf = (engine: Engine, { id }: Container, spec: RuntimeSpec): Tree =>
  bindMounts(spec, join(containerDirectory(engine, id), 'bundle'));

/** What a container at rest has, mounted again for us alone; it lets nobody start the container meanwhile. */
function writableView(engine: Engine, container: Container): CopyView {
  const spec = readSpec(engine, container.id);
  const { options, copied, ...directories } = rootDirectories(spec);
  // What is copied into a container stays, also where what its program writes need not.
  const kept = options.filter((option) => option !== 'volatile');
  const mounted = copied
    ? mountDirectory(directories.upper)
    : mountWritable({ ...directories, options: kept });
  const tree = [...mounted, ...bindsOf(engine, container, spec)];
  return { container, spec, tree, isRunning: false };
}

/** The same to be read, by any number of readers; undefined where something is mounted on what is not there yet. */
async function readableView(engine: Engine, container: Container): Promise<CopyView | undefined> {
  const spec = readSpec(engine, container.id);
  const layers = mountLayers(stackOf(spec));
  const binds = bindsOf(engine, container, spec);
  const targets = binds.flatMap((bind) => ('target' in bind ? [String(bind.target)] : []));
  const there = await placesIn(layers, targets);
  if (there.size < targets.length) return undefined;
  return { container, spec, tree: [...layers, ...binds], isRunning: false };
}

/**
 * Has a container's files to oneself where it does not run. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS,
 * CONTAINER_DAMAGED, CONTAINER_BUSY, and what is thrown while it is held.
 */
export async function withWritableView<T>(
  engine: Engine,
  nameOrId: string,
  write: (view: CopyView) => Promise<T>,
): Promise<T> {
  const container = findContainer(engine, nameOrId);
  const { id } = container;
  const running = runningView(engine, container);
  if (running !== undefined) return write(running);
  const run = { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}`, brief: true } as const;
  if (!(await takeRun(engine, run))) {
    const now = runningView(engine, findContainer(engine, nameOrId));
    if (now !== undefined) return write(now);
    throw new EngineError('CONTAINER_BUSY', `container ${id} is being started or removed`, {
      hint: 'try again',
    });
  }
  try {
    return await write(writableView(engine, findContainer(engine, nameOrId)));
  } finally {
    removeRunRecord(engine, id);
  }
}

/** A container's files, to be read at a path. Throws as `withWritableView`. */
export async function readingView(
  engine: Engine,
  nameOrId: string,
  path: string,
): Promise<CopyView> {
  const container = findContainer(engine, nameOrId);
  const view = runningView(engine, container, path) ?? (await readableView(engine, container));
  if (view !== undefined) return view;
  // As its first start would.
  await withWritableView(engine, nameOrId, async ({ tree, isRunning }) => {
    if (!isRunning) await makePlaces(tree);
  });
  const made = runningView(engine, container, path) ?? (await readableView(engine, container));
  if (made !== undefined) return made;
  throw new EngineError('CONTAINER_BUSY', `container ${container.id} changes`, { hint: 'try again' }); // prettier-ignore
}
