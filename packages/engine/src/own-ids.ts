import { mkdirSync } from 'node:fs';
import { namesIn } from '@ctrkit/durable';
import type { ContainerIds } from '@ctrkit/oci';
import { ownIdMaps, subordinateIds } from '@ctrkit/syscalls';
import type { IdRange } from '@ctrkit/syscalls';
import { claim, release } from './container-claims.ts';
import { idsDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { explained } from './explained.ts';

/** Ids of the host that are one container's alone: `size` of them from `first` on are 0, 1, 2 … in its user namespace. */
export interface OwnIds {
  readonly first: number;
  readonly size: number;
}

/** So many ids follow each other in a block, of which a container has one: as many as programs count on. */
export const IDS_OF_BLOCK = 65_536;

/** Where managers of containers take ids from where nobody says otherwise: https://systemd.io/UIDS-GIDS */
const customary: IdRange = { start: 524_288, size: 1_878_523_904 };

/** Who the ranges in /etc/subuid and /etc/subgid belong to: our own before those of any manager of containers. */
const owners = ['ctr', 'containers'];

const files = ['/etc/subuid', '/etc/subgid'] as const;

const contains = (range: IdRange, { start, size }: IdRange): boolean =>
  start >= range.start && start + size <= range.start + range.size;

const overlaps = (one: IdRange, other: IdRange): boolean =>
  one.start < other.start + other.size && other.start < one.start + one.size;

function* blocksOf({ start, size }: IdRange): Generator<IdRange> {
  for (let first = start; first + IDS_OF_BLOCK <= start + size; first += IDS_OF_BLOCK) {
    yield { start: first, size: IDS_OF_BLOCK };
  }
}

/**
 * The blocks of ids that containers may have: of the ranges that /etc/subuid and /etc/subgid give to `ctr`, else to `containers`; where there
 * are none, of the customary range without what these files give to others.
 */
export function* idBlocks([uidFile, gidFile]: readonly [
  string,
  string,
] = files): Generator<IdRange> {
  for (const name of owners) {
    const [uids, gids] = [subordinateIds(uidFile, { name }), subordinateIds(gidFile, { name })];
    if (uids.length === 0 || gids.length === 0) continue;
    for (const block of uids.flatMap((range) => [...blocksOf(range)])) {
      if (gids.some((range) => contains(range, block))) yield block;
    }
    return;
  }
  const taken = [uidFile, gidFile].flatMap((file) => subordinateIds(file));
  for (const block of blocksOf(customary)) {
    if (!taken.some((range) => overlaps(range, block))) yield block;
  }
}

async function claimBlock(engine: Engine, id: string): Promise<number> {
  const directory = idsDirectory(engine);
  explained(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 }));
  const seen = new Set(namesIn(directory));
  // Those that look taken may belong to the dead: they come after the others.
  for (const wanted of [false, true]) {
    for (const { start } of idBlocks()) {
      if (seen.has(String(start)) !== wanted) continue;
      if (await claim(engine, 'ids', String(start), id)) return start;
    }
  }
  throw new EngineError('IDS_EXHAUSTED', 'no ids are left for one more container of its own ids', {
    hint: 'give containers more of them in /etc/subuid and /etc/subgid (containers:2147483647:2147483648), or remove containers',
  });
}

/**
 * Ids for a container that is to have some of its own, until `releaseIds`; undefined where it is not. Throws USERNS_REFUSED where we are
 * not root, IDS_EXHAUSTED, DurableError.
 */
export async function chooseIds(
  engine: Engine,
  size: number | undefined,
  id: string,
): Promise<OwnIds | undefined> {
  if (size === undefined) return undefined;
  if (ownIdMaps() !== undefined) {
    throw new EngineError('USERNS_REFUSED', 'only root can give a container ids of its own', {
      hint: "leave out --userns: a normal user's containers have the user's subordinate ids",
    });
  }
  return { first: await claimBlock(engine, id), size };
}

/** Gives them back, if they are still that container's. */
export async function releaseIds(
  engine: Engine,
  own: OwnIds | undefined,
  id: string,
): Promise<void> {
  if (own !== undefined) await release(engine, 'ids', String(own.first), id);
}

export interface IdsOfContainer {
  /** Those of its user namespace: its own, else those that a normal user has for all; undefined: it has none. */
  readonly ids: ContainerIds | undefined;
  /** Its files have on disk the ids that it sees: they are root's there, and are mounted as its own. */
  readonly mapped: boolean;
}

/** Whose a container's ids and files are on the host. */
export function idsOfContainer(own: OwnIds | undefined): IdsOfContainer {
  if (own === undefined) return { ids: ownIdMaps(), mapped: false };
  const mappings = [{ containerID: 0, hostID: own.first, size: own.size }];
  return { ids: { uids: mappings, gids: mappings }, mapped: true };
}
