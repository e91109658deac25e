import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isSingle, mapBehind } from './id-maps.ts';
import type { IdMaps } from './id-maps.ts';
import { findMappers } from './mappers.ts';
import { subordinateIds } from './subordinate-ids.ts';

interface Account {
  readonly name: string;
  readonly gid: number;
}

function accountOf(): Account | undefined {
  try {
    const { username: name, gid } = userInfo();
    return { name, gid };
  } catch {
    // Without one only the number counts.
    return undefined;
  }
}

// The mappers are set-uid, and map ids only for who has the group of their account.
function mayUseMappers(gid: number, account: Account | undefined): boolean {
  if (account !== undefined && account.gid !== gid) return false;
  const status = readFileSync('/proc/self/status', 'utf8');
  return !/^NoNewPrivs:\s*1$/m.test(status) && findMappers() !== undefined;
}

function findMaps(uid: number, gid: number): IdMaps {
  const account = accountOf();
  const owner = { name: account?.name, id: uid };
  const [uids, gids] = [subordinateIds('/etc/subuid', owner), subordinateIds('/etc/subgid', owner)];
  const maps = { uids: mapBehind(uid, uids), gids: mapBehind(gid, gids) };
  // Half of it would be of no use: files have both.
  const isOfUse = !isSingle(maps.uids) && !isSingle(maps.gids);
  if (isOfUse && mayUseMappers(gid, account)) return maps;
  return { uids: mapBehind(uid, []), gids: mapBehind(gid, []) };
}

let known: { readonly maps: IdMaps | undefined } | undefined;

/**
 * The ids of the user namespace that a normal user can make: its root is that user, and the others are the subordinate ids of
 * /etc/subuid and /etc/subgid, where there are any and newuidmap(1) and newgidmap(1) are there and may give them. Undefined for root, who needs none.
 */
export function ownIdMaps(): IdMaps | undefined {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  known ??= { maps: uid === 0 ? undefined : findMaps(uid, gid) };
  return known.maps;
}
