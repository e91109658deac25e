import { isDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import { OciError } from './oci-error.ts';

/** A full name of an image: nothing left to default. */
export interface Reference {
  /** Host and port, `docker.io` for Docker Hub. */
  registry: string;
  repository: string;
  tag?: string;
  digest?: Digest;
}

const hub = 'docker.io';
const formerHub = 'index.docker.io';
const official = 'library/';

// The grammar: https://github.com/distribution/reference/blob/v0.6.0/regexp.go
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])`;
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const algorithm = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*';
const grammar = new RegExp(
  `^(?<registry>${host}(?::[0-9]+)?)/(?<repository>${component}(?:/${component})*)` +
    `(?::(?<tag>${tag}))?(?:@(?<digest>${algorithm}:[0-9a-fA-F]{32,}))?$`,
);

// More than any reference has, so that the grammar never runs on a megabyte.
const longest = 1024;

/**
 * The reference that a user means, by docker's rules and with docker's messages: `busybox` is
 * `docker.io/library/busybox:latest`; no tag is added where there is a digest. Throws REFERENCE_INVALID.
 * https://pkg.go.dev/github.com/distribution/reference#ParseNormalizedNamed
 */
export function parseReference(text: string): Reference {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  // No name has control characters, and no message may carry them to a terminal.
  if (/[\p{Cc}\p{Cf}]/u.test(text)) throw invalid('invalid reference format');
  const { registry, rest } = splitRegistry(text);
  checkLowerCase(rest.split(':', 1)[0] ?? '');
  const full = `${registry}/${rest}`;
  const groups = full.length > longest ? undefined : grammar.exec(full)?.groups;
  if (groups === undefined) throw invalid('invalid reference format');
  return fromGroups(groups);
}

function fromGroups(groups: Record<string, string | undefined>): Reference {
  const { registry = '', repository = '', tag, digest } = groups;
  if (repository.length > 255) {
    throw invalid('repository name must not be more than 255 characters');
  }
  const name = { registry, repository };
  if (digest === undefined) return { ...name, tag: tag ?? 'latest' };
  const checked = checkDigest(digest);
  return tag === undefined ? { ...name, digest: checked } : { ...name, tag, digest: checked };
}

// The first part names a registry when it cannot be a part of a repository on Docker Hub.
function splitRegistry(text: string): { registry: string; rest: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(0, slash));
  const named = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = !named || first === formerHub ? hub : first;
  const rest = named ? text.slice(slash + 1) : text;
  return { registry, rest: registry === hub && !rest.includes('/') ? official + rest : rest };
}

function checkLowerCase(repository: string): void {
  if (repository === repository.toLowerCase()) return;
  const shown = repository.slice(0, 255);
  throw invalid(`invalid reference format: repository name (${shown}) must be lowercase`);
}

function checkDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const [name = '', hex = ''] = text.split(':');
  if (name !== 'sha256' && name !== 'sha512') throw invalid('unsupported digest algorithm');
  if (hex.length !== (name === 'sha256' ? 64 : 128))
    throw invalid('invalid checksum digest length');
  throw invalid('invalid checksum digest format');
}

function invalid(message: string): OciError {
  return new OciError('REFERENCE_INVALID', message, {
    hint: 'an image is named [REGISTRY[:PORT]/]NAME[:TAG][@DIGEST], in lower case up to the tag',
  });
}

/** The full form: `docker.io/library/busybox:latest`. */
export function formatReference(reference: Reference): string {
  return `${reference.registry}/${reference.repository}${suffix(reference)}`;
}

/** The form that people write: `busybox:latest`. parseReference gives the same reference back. */
export function familiarReference(reference: Reference): string {
  const { registry, repository } = reference;
  const path = repository.replace(/^library\/(?=[^/]+$)/, '');
  const short = `${path}${suffix(reference)}`;
  const back = splitRegistry(short);
  const same =
    registry === hub && back.registry === hub && back.rest === repository + suffix(reference);
  return same ? short : formatReference(reference);
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

/** Whether a name says neither a tag nor a digest; what follows the last slash does. It may be no reference at all. */
export function isNameOnly(name: string): boolean {
  return !/[:@]/.test(name.slice(name.lastIndexOf('/') + 1));
}
