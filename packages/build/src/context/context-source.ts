import { BuildError } from '../build-error.ts';
import { parseGitRemote } from './git-remote.ts';
import type { GitRemote } from './git-remote.ts';

/** Where a context comes from. */
export type ContextSource =
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'stdin' }
  | { readonly type: 'url'; readonly url: URL }
  | { readonly type: 'git'; readonly remote: GitRemote }
  /** An image of a registry or of the store. */
  | { readonly type: 'image'; readonly reference: string }
  /** An image in an OCI layout: `path[:tag][@digest]`. */
  | { readonly type: 'layout'; readonly reference: string };

function urlOf(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new BuildError('CONTEXT_INVALID', `${JSON.stringify(text)} is no URL`);
}

/** What a text means that is no directory. Throws CONTEXT_INVALID. */
function remoteSource(text: string): ContextSource | undefined {
  const remote = parseGitRemote(text);
  if (remote !== undefined) return { type: 'git', remote };
  return /^https?:\/\//i.test(text) ? { type: 'url', url: urlOf(text) } : undefined;
}

/**
 * The context that an argument of `build` names, as docker reads it: `-`, git (`https://….git#ref:subdir`, `git@host:…`, `git://`,
 * `ssh://`, `github.com/…`), a URL, else a directory; what `isThere` on this machine is one, whatever it looks like.
 * Throws CONTEXT_INVALID. https://docs.docker.com/build/concepts/context/
 */
export function parseContextSource(
  text: string,
  isThere: (path: string) => boolean,
): ContextSource {
  if (text === '-') return { type: 'stdin' };
  const source = isThere(text) ? undefined : remoteSource(text);
  return source ?? { type: 'directory', path: text };
}

/** A named context of `--build-context`. */
export interface NamedContext {
  readonly name: string;
  readonly source: ContextSource;
}

/**
 * `name=source`: a source as above, `docker-image://REFERENCE`, or `oci-layout://PATH[:TAG][@DIGEST]`. Throws ARGUMENT_INVALID,
 * CONTEXT_INVALID. https://docs.docker.com/reference/cli/docker/buildx/build/#build-context
 */
export function parseNamedContext(text: string, isThere: (path: string) => boolean): NamedContext {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new BuildError('ARGUMENT_INVALID', `invalid context value: ${text}, expected key=value`);
  }
  const [name, value] = [text.slice(0, at).toLowerCase(), text.slice(at + 1)];
  const special = /^(docker-image|oci-layout):\/\/(.+)$/s.exec(value);
  if (special === null) return { name, source: parseContextSource(value, isThere) };
  const [, scheme, reference = ''] = special;
  return { name, source: { type: scheme === 'oci-layout' ? 'layout' : 'image', reference } };
}
