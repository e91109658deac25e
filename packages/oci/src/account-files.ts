import { OciError } from './oci-error.ts';

/** A line of /etc/passwd, as far as a container's start needs it. */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A line of /etc/group. */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The largest user or group id. */
export const maxId: number = 2 ** 31 - 1;

// The file is the image's: a bound on what one look-up can cost.
const maxBytes = 1024 * 1024;
const maxLine = 64 * 1024;

/**
 * The users of a passwd file (at most 1 MiB, lines up to 64 KiB), in its order. Lines without a name or with
 * ids that are no ids are skipped: read as 0, as some parsers do, they would make a root. Throws USER_INVALID.
 * https://man7.org/linux/man-pages/man5/passwd.5.html
 */
export function parsePasswd(bytes: Uint8Array): PasswdEntry[] {
  return lines(bytes, '/etc/passwd').flatMap(([name = '', , uid = '', gid = '', , home = '']) =>
    name !== '' && isId(uid) && isId(gid)
      ? [{ name, uid: Number(uid), gid: Number(gid), home }]
      : [],
  );
}

/** The groups of a group file, under the rules of parsePasswd. Throws USER_INVALID. */
export function parseGroup(bytes: Uint8Array): GroupEntry[] {
  return lines(bytes, '/etc/group').flatMap(([name = '', , gid = '', members = '']) =>
    name !== '' && isId(gid)
      ? [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }]
      : [],
  );
}

/** Whether text is a user or group id: digits alone, at most 2³¹-1. */
export function isId(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text) && Number(text) <= maxId;
}

function lines(bytes: Uint8Array, path: string): string[][] {
  if (bytes.byteLength > maxBytes) throw tooLong(`${path} of the image is larger than 1 MiB`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.split('\n').flatMap((line) => {
    if (line.length > maxLine) throw tooLong(`${path} of the image has a line of over 64 KiB`);
    const trimmed = line.trim();
    return trimmed === '' || trimmed.startsWith('#') ? [] : [trimmed.split(':')];
  });
}

function tooLong(message: string): OciError {
  return new OciError('USER_INVALID', message, {
    hint: 'name the user by number, --user UID:GID, or make the file smaller',
  });
}
