import type { Secret } from '@ctrkit/build';
import { fieldsOf } from './fields.ts';

export interface GivenSecret {
  readonly id: string;
  readonly secret: Secret;
}

const keys = ['type', 'id', 'src', 'source', 'env'] as const;

/**
 * `--secret id=token,src=FILE` or `id=token,env=NAME`; of an id alone, the variable of that name if there is one, else the file. Throws
 * an Error.
 */
export function parseSecret(text: string, env: NodeJS.ProcessEnv): GivenSecret {
  const fields = fieldsOf(text, keys);
  const id = fields.get('id');
  const type = fields.get('type');
  if (id === undefined || id === '') throw new Error("missing 'id'");
  if (type !== undefined && type !== 'file' && type !== 'env') {
    throw new Error(`unsupported secret type "${type}": there is file, env`);
  }
  const source = fields.get('src') ?? fields.get('source');
  const named = fields.get('env') ?? (type === 'env' ? (source ?? id) : undefined);
  const isVariable = source === undefined && type === undefined && env[id] !== undefined;
  const variable = named ?? (isVariable ? id : undefined);
  if (variable === undefined) return { id, secret: { type: 'file', path: source ?? id } };
  const value = env[variable];
  if (value === undefined) throw new Error(`environment variable "${variable}" is not set`);
  return { id, secret: { type: 'value', value } };
}
