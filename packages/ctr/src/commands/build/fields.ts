import { parseFields } from '@ctrkit/build';

/**
 * A value of the form `type=local,dest=out`, as docker's flags have it. `short` is the key of a value without one: `out` alone.
 * Throws an Error for a field without a key, a key that is not among `known`, and one that is given twice.
 */
export function fieldsOf<Key extends string>(
  text: string,
  known: readonly Key[],
  short?: NoInfer<Key>,
): ReadonlyMap<Key, string> {
  const fields = parseFields(text);
  const [only = ''] = fields;
  if (short !== undefined && fields.length === 1 && !only.includes('=')) {
    return new Map([[short, only]]);
  }
  const found = new Map<Key, string>();
  for (const field of fields) {
    const at = field.indexOf('=');
    const name = field.slice(0, Math.max(at, 0)).trim().toLowerCase();
    const key = known.find((one) => one === name);
    if (at < 0) throw new Error(`invalid field '${field}' must be a key=value pair`);
    if (key === undefined) {
      throw new Error(`unexpected key '${name}' in '${field}': there is ${known.join(', ')}`);
    }
    if (found.has(key)) throw new Error(`key '${key}' is given twice in '${text}'`);
    found.set(key, field.slice(at + 1));
  }
  return found;
}
