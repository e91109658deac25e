import type { CachePlace } from '@ctrkit/build';
import { parseReference } from '@ctrkit/oci';
import { fieldsOf } from './fields.ts';

const types = 'there is local, registry';

function registryPlace(reference: string | undefined): CachePlace {
  if (reference === undefined || reference === '') throw new Error('ref is required for a registry cache'); // prettier-ignore
  parseReference(reference);
  return { type: 'registry', reference };
}

function place(
  type: string | undefined,
  { reference, directory, key }: { reference?: string | undefined; directory?: string | undefined; key: string }, // prettier-ignore
): CachePlace {
  if (type === undefined) throw new Error(`type is required: ${types}`);
  if (type === 'registry') return registryPlace(reference);
  if (type !== 'local') throw new Error(`unknown type "${type}": ${types}`);
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
  });
}

/** `--cache-to`: `type=local,dest=DIR`, `type=registry,ref=NAME`, or a name alone; `mode=max`, the steps of all stages. Throws an Error. */
export function parseCacheTarget(text: string): CachePlace {
  const fields = fieldsOf(text, ['type', 'dest', 'ref', 'mode'], 'ref');
  const mode = fields.get('mode');
  if (mode !== undefined && mode !== 'max') throw new Error(`unknown mode "${mode}": there is max, which it is without a word too`); // prettier-ignore
  return place(typeOf(fields), {
    reference: fields.get('ref'),
    directory: fields.get('dest'),
    key: 'dest',
  });
}
