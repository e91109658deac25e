import { chmod, rename } from 'node:fs/promises';
import { relative } from 'node:path';
import { explainSystemError } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import { runPlan } from '@ctrkit/syscalls';
import { filesOf } from './find-layer.ts';
import { claimIds } from './layer-claims.ts';
import { beginLayer, commitLayer, syncLayer } from './layer-store.ts';
import { explain, PlanStream } from './layer/plan-stream.ts';
import { copiedChanges } from './pack/copied-changes.ts';
import { packCopied, packUpper } from './pack/pack-changes.ts';
import type { PackChangesOptions } from './pack/pack-changes.ts';
import { placeholdersIn } from './pack/placeholders.ts';
import { UnwritableEntries } from './pack/unwritable-entries.ts';
import { upperAsLayer } from './pack/upper-as-layer.ts';
import { bytesOf, lowerEntries, upperEntries } from './pack/upper-entries.ts';
import type { Entries } from './pack/upper-entries.ts';
import { choosePrivilege } from './privilege.ts';
import type { Privilege } from './privilege.ts';
import { removeTree } from './remove-tree.ts';
import { TreeWalker } from './tree-walker.ts';
import { writeLayerBlob } from './written-layer.ts';
import type { WrittenLayer } from './written-layer.ts';

export interface AdoptLayerOptions extends PackChangesOptions {
  /** Where everything is kept: the layer goes to `layers/` in it. The upper directory is on its file system. */
  readonly root: string;
  /** Where the blob goes. A lease of the caller's keeps it there. */
  readonly layout: Layout;
  /** Takes the layer that is not on the disk yet, for `syncLayers`. @default it is synced by a process of its own */
  readonly onUnsynced?: ((path: string) => void) | undefined;
}

/**
 * Makes the upper directory of an overlay that is mounted nowhere any more a layer: its changes become a compressed blob of the layout
 * (as `packChanges` has them), and the very directory, without what only the overlay wrote, becomes the unpacked layer, by a
 * rename. It is what unpacking the blob would have made, and stands alone, for an upper directory holds all parents and all names of
 * what it has. Undefined where nothing has changed: then there is no layer. After an error the directory is where it was; killed at
 * any point, the layer is whole or absent, and the directory may be gone. Where the container's files are a copy, there is a blob alone. Throws what `packChanges` and layout's `writeBlob` throw,
 * UNPACK_FAILED, NO_SPACE, READ_ONLY, PERMISSION_DENIED, the reason of `signal`.
 */
export async function adoptLayer(given: AdoptLayerOptions): Promise<WrittenLayer | undefined> {
  if (given.copied === true) return await layerOfCopy(given);
  const { root, layout, mountPoints = [], onUnsynced = syncLayer, signal } = given;
  await using walker = new TreeWalker(signal);
  const options = { ...given, walker };
  const upper = await upperEntries(options);
  const placeholders = placeholdersIn(upper, await lowerEntries(upper, options), mountPoints);
  const leftOut = new Set([...placeholders, ...unwritableIn(upper)]);
  if (leftOut.size === upper.size) return undefined;
  const { diffId, descriptor } = await writeLayerBlob(
    layout,
    packUpper(options, placeholders),
    options,
  );
  const claim = await claimIds(root, [diffId], signal === undefined ? {} : { signal });
  try {
    const record = {
      diffId,
      opaque: false,
      size: bytesOf([...upper].filter(([path]) => !leftOut.has(path))),
    };
    const path = await moveIntoStore(options, record, upper, leftOut);
    onUnsynced(path);
    return { diffId, descriptor, directory: filesOf(path), claim };
  } catch (error) {
    claim.release();
    throw error;
  }
}

// Where layers are not kept by themselves, the next one to need it lays it over those below.
async function layerOfCopy(options: AdoptLayerOptions): Promise<WrittenLayer | undefined> {
  const { root, layout, signal } = options;
  const { names } = await copiedChanges(options);
  if (names.length === 0) return undefined;
  const { diffId, descriptor } = await writeLayerBlob(layout, packCopied(options, names), options);
  const claim = await claimIds(root, [diffId], signal === undefined ? {} : { signal });
  return { diffId, descriptor, claim };
}

type LayerRecord = Parameters<typeof commitLayer>[3];

function unwritableIn(upper: Entries): string[] {
  const unwritable = new UnwritableEntries();
  return [...upper.keys()].filter(
    (path) => unwritable.take(path, upper.get(path)?.type ?? 'file') !== undefined,
  );
}

async function moveIntoStore(
  { root, upper: directory, modified }: AdoptLayerOptions,
  record: LayerRecord & { readonly diffId: Digest },
  upper: Entries,
  leftOut: ReadonlySet<string>,
): Promise<string> {
  const temporary = await beginLayer(root, record.diffId);
  try {
    await moveDirectory(root, directory, filesOf(temporary));
    try {
      await makeLayerOf(filesOf(temporary), upper, leftOut, modified);
    } catch (error) {
      await moveDirectory(root, filesOf(temporary), directory);
      throw error;
    }
    return await commitLayer(root, temporary, record.diffId, record);
  } catch (error) {
    await removeTree(temporary);
    throw error;
  }
}

async function moveDirectory(root: string, from: string, to: string): Promise<void> {
  const { before, owners } = choosePrivilege();
  try {
    if (owners !== 'all' && owners !== 'root') return await moveMapped({ before, root, from, to });
    // A directory changes its `..` with its parent, so whoever is not root must be able to write to it.
    await chmod(from, 0o755);
    await rename(from, to);
  } catch (error) {
    throw explainSystemError(error, from);
  }
}

// The directory may belong to a subordinate id. What is at its new place is an empty one.
async function moveMapped(move: {
  readonly before: Privilege['before'];
  readonly root: string;
  readonly from: string;
  readonly to: string;
}): Promise<void> {
  const [from, to] = [relative(move.root, move.from), relative(move.root, move.to)];
  try {
    await runPlan('tree', [
      ...move.before,
      { op: 'root', path: move.root },
      { op: 'remove', path: to },
      { op: 'rename', from, to },
    ]);
  } catch (error) {
    throw explain(error);
  }
}

async function makeLayerOf(
  directory: string,
  upper: Entries,
  leftOut: ReadonlySet<string>,
  modified: bigint | undefined,
): Promise<void> {
  const privilege = choosePrivilege();
  const plan = new PlanStream([...privilege.before, { op: 'root', path: directory }]);
  try {
    for (const operation of upperAsLayer(upper, { leftOut, modified, privilege })) {
      plan.add(operation);
      await plan.flow();
    }
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw error;
  }
}
