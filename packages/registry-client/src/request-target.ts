import { RegistryError } from './registry-error.ts';

/** An address that a registry gave. */
export interface RequestTarget {
  url: URL;
  /** May it be one of this machine or its link? */
  allowLocal: boolean;
  /** On the way to it, the registry's origin was left: who we are is nobody's affair any more, not even back there. */
  left: boolean;
}

/**
 * Throws REDIRECT_REFUSED when an address at the registry's own origin is of its API, and there of something else than an
 * upload to this repository: what is sent to it would overwrite or delete that. Some keep uploads outside of the API.
 */
export function checkTarget({ url }: RequestTarget, origin: URL, repository: string): void {
  if (url.origin !== origin.origin || !/^\/v2(?:\/|$)/i.test(url.pathname)) return;
  const uploads = [`/v2/${repository}/blobs/uploads/`, `/v2/${repository}/blobs/upload/`];
  if (uploads.some((start) => url.pathname.startsWith(start))) return;
  const what = `${url.host}: not followed: an upload to ${repository} that leads to ${url.pathname}`;
  throw new RegistryError('REDIRECT_REFUSED', what);
}
