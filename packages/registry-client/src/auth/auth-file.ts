import { readFile } from 'node:fs/promises';
import { errnoOf } from '@ctrkit/durable';
import { OciError, parseJson } from '@ctrkit/oci';
import { RegistryError } from '../registry-error.ts';
import { parseRegistryKey } from './registry-key.ts';
import type { RegistryKey } from './registry-key.ts';

/** A file of logins: docker's `config.json` or podman's `auth.json`. */
export interface AuthFile {
  path: string;
  /** Everything that is in it, as it is. */
  document: Record<string, unknown>;
  auths: readonly (RegistryKey & { key: string; value: unknown })[];
  /** Names of helper programs, by what they are for. */
  helpers: readonly (RegistryKey & { name: string })[];
  /** The helper for all that has none of its own. */
  store: string | undefined;
}

// Docker's file of somebody with many plugins has some kilobytes.
const MOST_BYTES = 1024 * 1024;

/**
 * Reads a file of logins; undefined when there is none, unless it must exist. Throws CREDENTIALS_INVALID for one that cannot be
 * read or understood: its content is in no message.
 * https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export async function readAuthFile(
  path: string,
  { mustExist = false }: { mustExist?: boolean | undefined } = {},
): Promise<AuthFile | undefined> {
  try {
    const bytes = await readFile(path);
    // An empty one is what an interrupted editor leaves; docker takes it for none.
    if (bytes.length === 0) return undefined;
    return parse(path, parseJson(bytes, { maxBytes: MOST_BYTES }));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      if (mustExist) throw invalidFile(path, 'there is no such file', error);
      return undefined;
    }
    if (!(error instanceof OciError) && errnoOf(error) === undefined) throw error;
    if (error instanceof RegistryError) throw error;
    // What does not parse is quoted by the parser's own error, and may be a secret: no cause then.
    if (error instanceof OciError) throw invalidFile(path, error.message);
    throw invalidFile(path, 'cannot be read', error);
  }
}

function parse(path: string, document: unknown): AuthFile {
  if (!isObject(document)) throw invalidFile(path, 'is not an object');
  const { auths, credHelpers, credsStore } = document;
  return {
    path,
    document,
    auths: entriesOf(path, 'auths', auths).map(([key, value]) => ({
      ...parseRegistryKey(key),
      key,
      value,
    })),
    helpers: entriesOf(path, 'credHelpers', credHelpers).map(([key, name]) => ({
      ...parseRegistryKey(key),
      name: helperName(path, `credHelpers["${key}"]`, name),
    })),
    store:
      credsStore === undefined || credsStore === ''
        ? undefined
        : helperName(path, 'credsStore', credsStore),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function entriesOf(path: string, name: string, value: unknown): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw invalidFile(path, `${name} is not an object`);
  return Object.entries(value);
}

// It becomes a part of the name of a program, and must not lead out of the search path.
function helperName(path: string, where: string, value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(value)) return value;
  throw invalidFile(path, `${where} is not the name of a helper`);
}

/** CREDENTIALS_INVALID for a file, with what is wrong about it and none of its secrets. */
export function invalidFile(path: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('CREDENTIALS_INVALID', `${path}: ${why}`, {
    hint: 'correct the file, or move it away to ask without a login',
    cause,
  });
}
