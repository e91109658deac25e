import { createHash } from 'node:crypto';
import { isSingle, ownIdMaps, userNamespace } from '@ctrkit/syscalls';
import type { IdMapping, IdMaps, Operation } from '@ctrkit/syscalls';
import { RootfsError } from './rootfs-error.ts';

/** How files are made: as root with all owners, or as a normal user who is root of a user namespace. */
export interface Privilege {
  /** What a plan begins with. */
  readonly before: readonly Operation[];
  /** Whose files can be made: everybody's, those of the ids that are mapped, or root's alone. */
  readonly owners: 'all' | IdMaps | 'root';
  /** Whether devices can be made. */
  readonly devices: boolean;
  /** The attribute that overlayfs reads as opaque. */
  readonly opaqueAttribute: string;
  /** The options with which overlayfs reads it. */
  readonly overlayOptions: readonly string[];
  /** Where in `layers/` the layers are whose files belong to these ids of the host. */
  readonly layers: string;
}

const root: Privilege = {
  before: [],
  owners: 'all',
  devices: true,
  opaqueAttribute: 'trusted.overlay.opaque',
  overlayOptions: [],
  layers: '',
};

// Who gets other subordinate ids, or gets some, needs other files.
const nameOf = (maps: IdMaps): string =>
  `ids-${createHash('sha256').update(JSON.stringify(maps)).digest('hex').slice(0, 16)}`;

function rootless(maps: IdMaps): Privilege {
  const single = isSingle(maps.uids) && isSingle(maps.gids);
  return {
    before: userNamespace(maps),
    owners: single ? 'root' : maps,
    devices: false,
    opaqueAttribute: 'user.overlay.opaque',
    overlayOptions: ['userxattr'],
    layers: single ? '' : nameOf(maps),
  };
}

let chosen: Privilege | undefined;

/** The one choice between root and rootless, made once for each command. */
export function choosePrivilege(): Privilege {
  if (chosen !== undefined) return chosen;
  const maps = ownIdMaps();
  chosen = maps === undefined ? root : rootless(maps);
  return chosen;
}

const isMapped = (id: number, mappings: readonly IdMapping[]): boolean =>
  mappings.some(({ containerID, size }) => id >= containerID && id - containerID < size);

/** Whose a file is made that is `uid`'s and `gid`'s. Throws ID_NOT_MAPPED where only some ids are there, and not these. */
export function ownerOf(
  { owners }: Pick<Privilege, 'owners'>,
  { uid, gid, path }: { readonly uid: number; readonly gid: number; readonly path?: string },
): { readonly uid: number; readonly gid: number } {
  if (owners === 'all') return { uid, gid };
  if (owners === 'root') return { uid: 0, gid: 0 };
  if (isMapped(uid, owners.uids) && isMapped(gid, owners.gids)) return { uid, gid };
  const what = `${path === undefined ? 'a file' : JSON.stringify(path)}: belongs to ${uid}:${gid}`;
  throw new RootfsError('ID_NOT_MAPPED', `${what}, for which there is no subordinate id`, {
    hint: 'give the user more ids in /etc/subuid and /etc/subgid (usermod --add-subuids), or run as root',
    ...(path !== undefined && { path }),
  });
}
