import type { Operation } from '@ctrkit/syscalls';

/** How files are made: as root with all owners, or as a normal user who is root of a user namespace. */
export interface Privilege {
  /** What a plan begins with. */
  readonly before: readonly Operation[];
  /** Whether owners other than root, and devices, can be made. */
  readonly complete: boolean;
  /** The attribute that overlayfs reads as opaque. */
  readonly opaqueAttribute: string;
  /** The options with which overlayfs reads it. */
  readonly overlayOptions: readonly string[];
}

const root: Privilege = {
  before: [],
  complete: true,
  opaqueAttribute: 'trusted.overlay.opaque',
  overlayOptions: [],
};

/** The one choice between root and rootless, made once for each command. */
export function choosePrivilege(): Privilege {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  if (uid === 0) return root;
  return {
    before: [{ op: 'user-namespace', uidMap: `0 ${uid} 1`, gidMap: `0 ${gid} 1` }],
    complete: false,
    opaqueAttribute: 'user.overlay.opaque',
    overlayOptions: ['userxattr'],
  };
}
