import { parseDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { DistributionError } from './distribution-error.ts';

/** What the path of a request asks for. */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: Digest };

export interface Target {
  readonly route: Route;
  readonly query: URLSearchParams;
}

const LONGEST_NAME = 255;
const nameComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/**
 * Reads path and query of a request. Segments are decoded one by one after the cut at `/`, so that an
 * encoded slash or dot can neither make nor cross a segment, and `..` is a name like any other: an
 * invalid one. Throws NAME_INVALID, DIGEST_INVALID, or a plain 404.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints
 */
export function parseTarget(url: string): Target {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  const [empty, version, ...segments] = path.split('/').map(decodeSegment);
  if (empty !== '' || version !== 'v2') throw notFound();
  return { route: parseRoute(segments), query };
}

/** Whether this can be a tag, by the spec's grammar. */
export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/** A digest of a path or a query. Throws DIGEST_INVALID. */
export function requestedDigest(text: string | null): Digest {
  try {
    return parseDigest(text);
  } catch {
    throw new DistributionError('DIGEST_INVALID', 'the digest is missing or malformed');
  }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new DistributionError('NAME_INVALID', 'the path is not properly encoded');
  }
}

function parseRoute(segments: string[]): Route {
  if (segments.length === 0 || (segments.length === 1 && segments[0] === '')) {
    return { kind: 'base' };
  }
  if (segments.length === 1 && segments[0] === '_catalog') return { kind: 'catalog' };
  const last = segments.at(-1) ?? '';
  const before = segments.at(-2);
  const repository = (drop: number): string => parseRepository(segments.slice(0, -drop));
  if (before === 'uploads' && segments.at(-3) === 'blobs') {
    return last === ''
      ? { kind: 'uploads', repository: repository(3) }
      : { kind: 'upload', repository: repository(3), id: last };
  }
  if (before === 'blobs' && last === 'uploads')
    return { kind: 'uploads', repository: repository(2) };
  if (before === 'tags' && last === 'list') return { kind: 'tags', repository: repository(2) };
  if (before === 'manifests') {
    return { kind: 'manifest', repository: repository(2), reference: last };
  }
  if (before === 'blobs' || before === 'referrers') {
    const kind = before === 'blobs' ? 'blob' : 'referrers';
    return { kind, repository: repository(2), digest: requestedDigest(last) };
  }
  throw notFound();
}

function parseRepository(components: string[]): string {
  const name = components.join('/');
  const valid = components.length > 0 && components.every((part) => nameComponent.test(part));
  if (valid && name.length <= LONGEST_NAME) return name;
  throw new DistributionError('NAME_INVALID', 'invalid repository name');
}

function notFound(): DistributionError {
  return new DistributionError('UNSUPPORTED', 'no such endpoint', { status: 404 });
}
