import { BuildError } from '../build-error.ts';

/** A repository, and what of it is wanted. */
export interface GitRemote {
  /** As git takes it. */
  readonly url: string;
  /** A branch, a tag, or a commit. Undefined: what the repository has as HEAD. */
  readonly ref: string | undefined;
  /** A directory in it. */
  readonly subdirectory: string | undefined;
}

const schemes = /^(?:git|ssh):\/\//i;
const suffix = /^https?:\/\/.*\.git(?:#.*)?$/is;
// user@host:path, with no slash before the colon.
const scp = /^[A-Za-z0-9_.~-]+@[A-Za-z0-9._-]+:[^/\s].*$/s;

// Whatever begins so would be an option to git, or to what git runs (CVE-2017-1000117).
const isOption = (text: string): boolean => text.startsWith('-');

function check(url: string, ref: string | undefined): void {
  const host = /^[a-z]+:\/\/(?:[^@/]*@)?([^/]*)/i.exec(url)?.[1] ?? /^[^@]*@([^:]*)/.exec(url)?.[1];
  const isSafe = !isOption(url) && host !== undefined && host !== '' && !isOption(host);
  if (!isSafe || /\s/.test(url)) {
    throw new BuildError('CONTEXT_INVALID', `${JSON.stringify(url)} is no repository of git`);
  }
  if (ref === undefined) return;
  // https://git-scm.com/docs/git-check-ref-format, and nothing that means more than one thing to a refspec.
  if (
    /^[-+]/.test(ref) ||
    !/^[A-Za-z0-9._/@+=,#-]+$/.test(ref) ||
    /\.\.|@\{|\/\/|\.lock$/.test(ref)
  ) {
    throw new BuildError('CONTEXT_INVALID', `${JSON.stringify(ref)} is no name of a branch, a tag or a commit`); // prettier-ignore
  }
}

/** The repository that a text names; undefined where it names none. Throws CONTEXT_INVALID. */
export function parseGitRemote(text: string): GitRemote | undefined {
  const isShort = text.startsWith('github.com/');
  if (!isShort && !schemes.test(text) && !suffix.test(text) && !scp.test(text)) return undefined;
  const at = text.indexOf('#');
  const url = `${isShort ? 'https://' : ''}${at < 0 ? text : text.slice(0, at)}`;
  const [ref = '', ...rest] = at < 0 ? [] : text.slice(at + 1).split(':');
  const subdirectory = rest.join(':');
  const remote = { url, ref: ref || undefined, subdirectory: subdirectory || undefined };
  check(url, remote.ref);
  return remote;
}
