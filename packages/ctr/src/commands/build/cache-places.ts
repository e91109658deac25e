import type { CachePlace, CacheTarget } from '@ctrkit/build';
import { parseReference } from '@ctrkit/oci';
import { fieldsOf } from './fields.ts';

function registryPlace(reference: string | undefined): CachePlace {
  if (reference === undefined || reference === '') throw new Error('ref is required for a registry cache'); // prettier-ignore
  parseReference(reference);
  return { type: 'registry', reference };
}

function place(
  type: string | undefined,
  { reference, directory, key, types }: { reference?: string | undefined; directory?: string | undefined; key: string; types: string }, // prettier-ignore
): CachePlace {
  if (type === undefined) throw new Error(`type is required: there is ${types}`);
  if (type === 'registry') return registryPlace(reference);
  if (type !== 'local') throw new Error(`unknown type "${type}": there is ${types}`);
  if (directory === undefined || directory === '') throw new Error(`${key} is required for a local cache`); // prettier-ignore
  return { type, directory };
}

// A name alone is one of a registry.
const typeOf = (fields: ReadonlyMap<string, string>): string | undefined =>
  fields.get('type') ?? (fields.size === 1 && fields.has('ref') ? 'registry' : undefined);

/** `--cache-from`: `type=local,src=DIR`, `type=registry,ref=NAME`, or a name alone. Throws an Error. */
export function parseCacheSource(text: string): CachePlace {
  const fields = fieldsOf(text, ['type', 'src', 'ref'], 'ref');
  return place(typeOf(fields), {
    reference: fields.get('ref'),
    directory: fields.get('src'),
    key: 'src',
    types: 'local, registry',
  });
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
 * contents of cache mounts too; `type=inline`. Throws an Error.
 */
export function parseCacheTarget(text: string): CacheTarget {
  const fields = fieldsOf(text, ['type', 'dest', 'ref', 'mode', 'mounts'], 'ref');
  if (fields.get('type') === 'inline') {
    requireInlineAlone(fields);
    return { type: 'inline' };
  }
  const mode = fields.get('mode');
  if (mode !== undefined && mode !== 'max') throw new Error(`unknown mode "${mode}": there is max, which it is without a word too`); // prettier-ignore
  const target = place(typeOf(fields), {
    reference: fields.get('ref'),
    directory: fields.get('dest'),
    key: 'dest',
    types: 'local, registry, inline',
  });
  return { ...target, mounts: isTrue(fields.get('mounts'), 'mounts') };
}
