import { isId, maxId, parseGroup, parsePasswd } from './account-files.ts';
import type { GroupEntry, PasswdEntry } from './account-files.ts';
import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/** Who a container's process is. */
export interface ResolvedUser {
  uid: number;
  gid: number;
  /** The supplementary groups, `gid` first: without it, a file closed to its group would be open (CVE-2022-36109). */
  additionalGids: number[];
  /** From passwd; `/` when that says nothing. */
  home: string;
}

/** The account files of the container's root, as bytes; absent when the root has none. */
export interface AccountFiles {
  readonly passwd?: Uint8Array | undefined;
  readonly group?: Uint8Array | undefined;
}

const maxGroups = 65_536; // NGROUPS_MAX of Linux

/**
 * The user that `spec` names in a container's root, by docker's rules: `""` (root), `user`, `uid`, `user:group`,
 * `uid:gid` and mixtures. Digits are always an id and never looked up as a name (CVE-2024-40635). Supplementary
 * groups count only where no group is given.
 * Throws USER_INVALID, USER_NOT_FOUND, GROUP_NOT_FOUND.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#properties
 */
export function resolveUser(spec: string, files: AccountFiles): ResolvedUser {
  const { user, group } = splitSpec(spec);
  const account = findUser(user, files.passwd);
  const groups = files.group === undefined ? [] : parseGroup(files.group);
  const gid = group === '' ? account.gid : findGroup(group, groups);
  const more = group === '' ? memberships(account.name, groups) : [];
  const additionalGids = [...new Set([gid, ...more])];
  if (additionalGids.length > maxGroups) throw invalid(spec, `in more than ${maxGroups} groups`);
  return { uid: account.uid, gid, additionalGids, home: account.home || '/' };
}

/**
 * The id of one group, by name or by number, as for `--group-add`.
 * Throws USER_INVALID, GROUP_NOT_FOUND.
 */
export function resolveGroup(spec: string, group: Uint8Array | undefined): number {
  return findGroup(spec, group === undefined ? [] : parseGroup(group));
}

function splitSpec(spec: string): { user: string; group: string } {
  const [user = '', group = '', ...rest] = spec.split(':');
  if (rest.length > 0 || /\p{Cc}/u.test(spec)) throw invalid(spec, 'not user[:group]');
  return { user, group };
}

interface Account {
  readonly name?: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

function findUser(user: string, passwd: Uint8Array | undefined): Account {
  const id = user === '' ? 0 : numericId(user);
  const users = passwd === undefined ? [] : parsePasswd(passwd);
  const matches = (entry: PasswdEntry): boolean =>
    id === undefined ? entry.name === user : entry.uid === id;
  const found = users.find(matches);
  if (found !== undefined) return found;
  if (id !== undefined) return { uid: id, gid: 0, home: '' };
  throw new OciError(
    'USER_NOT_FOUND',
    `unable to find user ${user.slice(0, 80)}: no matching entries in passwd file`,
  );
}

function findGroup(group: string, groups: readonly GroupEntry[]): number {
  const id = numericId(group);
  if (id !== undefined) return id;
  const found = groups.find((entry) => entry.name === group);
  if (found !== undefined) return found.gid;
  throw new OciError(
    'GROUP_NOT_FOUND',
    `unable to find group ${group.slice(0, 80)}: no matching entries in group file`,
  );
}

function memberships(user: string | undefined, groups: readonly GroupEntry[]): number[] {
  if (user === undefined) return [];
  return groups.filter((group) => group.members.includes(user)).map((group) => group.gid);
}

/** The id that text spells, undefined when it is a name. */
function numericId(text: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  if (isId(text)) return Number(text);
  throw invalid(text, `uids and gids must be in range 0-${maxId}`);
}

function invalid(spec: string, problem: string): OciError {
  return new OciError('USER_INVALID', `user ${quote(spec, 80)}: ${problem}`);
}
