import type { HttpAnswer } from '../http/exchange.ts';
import { nextHop } from '../http/follow.ts';
import { isLocalAddress } from '../http/local-address.ts';
import { RegistryError } from '../registry-error.ts';
import type { RequestTarget } from '../request-target.ts';

/**
 * Where an upload goes on, by the Location of an answer: like a redirect, never from https to http, nor from a registry
 * elsewhere to this machine or its link; what leads to another origin is asked without credentials, and so is
 * what leads back from there. Throws REDIRECT_REFUSED, PROTOCOL_ERROR.
 * @param before what was asked, if that was an address of the upload already
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 */
export function uploadTarget(
  { url, headers, remoteAddress }: HttpAnswer,
  before?: RequestTarget,
): RequestTarget {
  if (headers.location === undefined) {
    throw new RegistryError('PROTOCOL_ERROR', `${url.host}: an upload that is nowhere`);
  }
  const next = nextHop({ method: 'POST', url, headers: {} }, headers.location);
  const left = before?.left === true || next.url.origin !== (before?.url ?? url).origin;
  return { url: next.url, allowLocal: isLocalAddress(remoteAddress), left };
}

/** The same address with one more parameter; what its query held stays as it is, byte by byte. */
export function withParameter(target: RequestTarget, parameter: string): RequestTarget {
  const { url } = target;
  const extended = new URL(url);
  extended.search = url.search === '' ? `?${parameter}` : `${url.search}&${parameter}`;
  return { ...target, url: extended };
}
