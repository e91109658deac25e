import type { CachePlace, CacheTarget } from '@ctrkit/build';
import { parseReference } from '@ctrkit/oci';
import { fieldsOf } from './fields.ts';

function registryPlace(reference: string | undefined): CachePlace {
  if (reference === undefined || reference === '') throw new Error('ref is required for a registry cache'); // prettier-ignore
  parseReference(reference);
  return { type: 'registry', reference };
}

function actionsPlace(fields: ReadonlyMap<string, string>): CachePlace {
  const url = fields.get('url_v2');
  if (url !== undefined && !URL.canParse(url)) throw new Error(`invalid url_v2 "${url}"`);
  return { type: 'gha', scope: fields.get('scope'), url, token: fields.get('token') };
}

function place(
  fields: ReadonlyMap<string, string>,
  { key, types }: { readonly key: 'src' | 'dest'; readonly types: string },
): CachePlace {
  const type = typeOf(fields);
  const directory = fields.get(key);
  if (type === undefined) throw new Error(`type is required: there is ${types}`);
  if (type === 'registry') return registryPlace(fields.get('ref'));
  if (type === 'gha') return actionsPlace(fields);
  if (type !== 'local') throw new Error(`unknown type "${type}": there is ${types}`);
  if (directory === undefined || directory === '') throw new Error(`${key} is required for a local cache`); // prettier-ignore
  return { type, directory };
}

// A name alone is one of a registry.
const typeOf = (fields: ReadonlyMap<string, string>): string | undefined =>
  fields.get('type') ?? (fields.size === 1 && fields.has('ref') ? 'registry' : undefined);

const OF_ACTIONS = ['scope', 'url_v2', 'token'] as const;

/** `--cache-from`: `type=local,src=DIR`, `type=registry,ref=NAME`, or a name alone; `type=gha,scope=…`. Throws an Error. */
export function parseCacheSource(text: string): CachePlace {
  const fields = fieldsOf(text, ['type', 'src', 'ref', ...OF_ACTIONS], 'ref');
  return place(fields, { key: 'src', types: 'local, registry, gha' });
}

function requireInlineAlone(fields: ReadonlyMap<string, string>): void {
  const other = [...fields.keys()].find((key) => key !== 'type');
  if (other !== undefined) throw new Error(`an inline cache has no ${other}: it is in the image`);
}

function isTrue(text: string | undefined, key: string): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new Error(`invalid ${key} "${text}": it is true or false`);
}

/**
 * `--cache-to`: `type=local,dest=DIR`, `type=registry,ref=NAME`, or a name alone; `mode=max`, the steps of all stages; `mounts=true`, the
 * contents of cache mounts too; `ignore-error=true`; `type=gha,scope=…`; `type=inline`. Throws an Error.
 */
export function parseCacheTarget(text: string): CacheTarget {
  const fields = fieldsOf(
    text,
    ['type', 'dest', 'ref', 'mode', 'mounts', 'ignore-error', ...OF_ACTIONS],
    'ref',
  );
  if (fields.get('type') === 'inline') {
    requireInlineAlone(fields);
    return { type: 'inline' };
  }
  const mode = fields.get('mode');
  if (mode !== undefined && mode !== 'max') throw new Error(`unknown mode "${mode}": there is max, which it is without a word too`); // prettier-ignore
  const target = place(fields, { key: 'dest', types: 'local, registry, gha, inline' });
  const [mounts, ignoreErrors] = (['mounts', 'ignore-error'] as const).map((key) => isTrue(fields.get(key), key)); // prettier-ignore
  return { ...target, mounts, ignoreErrors };
}
