import type { Engine } from './engine.ts';
import { chooseName, releaseName } from './names.ts';
import { chooseIds, releaseIds } from './own-ids.ts';
import type { OwnIds } from './own-ids.ts';

/** What of a container nobody else has. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  /** Of the host; undefined: none. */
  readonly ownIds: OwnIds | undefined;
}

/** What is asked for of that. */
export interface IdentityChoices {
  /** Default: a random one, adjective_surname. */
  readonly name?: string | undefined;
  /** It has so many ids of the host for itself alone, at most 65,536, in a user namespace; only root can give it any. @default none */
  readonly idCount?: number | undefined;
}

/** Claims a container's name, and ids where it is to have its own. Throws as `chooseName` and `chooseIds`. */
export async function claimIdentity(
  engine: Engine,
  { name: wanted, idCount }: IdentityChoices,
  id: string,
): Promise<Identity> {
  const name = await chooseName(engine, wanted, id);
  try {
    return { id, name, ownIds: await chooseIds(engine, idCount, id) };
  } catch (error) {
    await releaseName(engine, name, id);
    throw error;
  }
}

/** Gives both back. */
export async function releaseIdentity(
  engine: Engine,
  { id, name, ownIds }: Identity,
): Promise<void> {
  await releaseName(engine, name, id);
  await releaseIds(engine, ownIds, id);
}
