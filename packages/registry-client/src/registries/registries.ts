import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { OciError, parseJson } from '@ctrkit/oci';
import { parseServer } from '../auth/registry-key.ts';
import { RegistryError } from '../registry-error.ts';
import { parseMirror } from './mirror.ts';
import type { Mirror } from './mirror.ts';

/** What is special about some registries. */
export interface Registries {
  /** Where else to look for what a registry has, in this order, before it is asked itself. */
  mirrors: (registry: string) => readonly Mirror[];
  /** Whether a registry may be spoken to over plain http, and over TLS with a certificate that nobody vouches for. */
  insecure: (registry: string) => boolean;
}

/** One registry in the file. */
interface RegistryEntry {
  mirrors: readonly Mirror[];
  insecure: boolean;
}

const MOST_BYTES = 1024 * 1024;

/** Where `registries.json` is looked for: `$CTR_REGISTRIES` alone if it is set, else the user's and that of the machine. */
export function registriesPaths(env: NodeJS.ProcessEnv): string[] {
  if (env['CTR_REGISTRIES']) return [env['CTR_REGISTRIES']];
  const config = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return [join(config, 'ctr', 'registries.json'), '/etc/ctr/registries.json'];
}

/**
 * Reads the first `registries.json` that there is:
 * `{"registries": {"docker.io": {"mirrors": ["https://mirror.example.com"]}, "r.example.com:5000": {"insecure": true}}}`.
 * Throws REGISTRIES_INVALID for one that cannot be read or understood, and for one that knows more than we do.
 */
export async function readRegistries(paths: readonly string[]): Promise<Registries> {
  for (const path of paths) {
    const bytes = await readIfThere(path);
    if (bytes !== undefined) return registriesOf(parse(path, bytes));
  }
  return registriesOf(new Map());
}

/** Adds what was said at the command line: mirrors before those of the file. */
export function addRegistries(
  { mirrors, insecure }: Registries,
  more: { mirrors: readonly (readonly [string, Mirror])[]; insecure: readonly string[] },
): Registries {
  return {
    mirrors: (registry) => [
      ...more.mirrors.flatMap(([name, mirror]) => (isSame(name, registry) ? [mirror] : [])),
      ...mirrors(registry),
    ],
    insecure: (registry) =>
      more.insecure.some((name) => isSame(name, registry)) || insecure(registry),
  };
}

// A host is the same in capitals, and with the port that https has anyway.
const keyOf = (registry: string): string => registry.toLowerCase().replace(/:443$/, '');

const isSame = (name: string, registry: string): boolean => keyOf(name) === keyOf(registry);

function registriesOf(entries: ReadonlyMap<string, RegistryEntry>): Registries {
  return {
    mirrors: (registry) => entries.get(keyOf(registry))?.mirrors ?? [],
    insecure: (registry) => entries.get(keyOf(registry))?.insecure ?? false,
  };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw invalid(path, 'cannot be read', error);
  }
}

function parse(path: string, bytes: Buffer): Map<string, RegistryEntry> {
  try {
    const { registries = {} } = fieldsOf(parseJson(bytes, { maxBytes: MOST_BYTES }), [
      'registries',
    ]);
    return new Map(
      Object.entries(fieldsOf(registries)).map(([key, value]) => [
        keyOf(parseServer(key)),
        entryOf(key, value),
      ]),
    );
  } catch (error) {
    const isOurs = error instanceof OciError || error instanceof RegistryError;
    if (!isOurs && !(error instanceof Mistake)) throw error;
    throw invalid(path, error.message, error);
  }
}

/** Something in the file that cannot be. */
class Mistake extends Error {}

function entryOf(key: string, value: unknown): RegistryEntry {
  const { mirrors = [], insecure = false } = fieldsOf(value, ['mirrors', 'insecure'], key);
  if (typeof insecure !== 'boolean') throw new Mistake(`${key}: insecure is true or false`);
  if (!Array.isArray(mirrors)) throw new Mistake(`${key}: mirrors is a list`);
  return {
    insecure,
    mirrors: mirrors.map((mirror: unknown) => {
      if (typeof mirror === 'string') return parseMirror(mirror);
      throw new Mistake(`${key}: a mirror is a text`);
    }),
  };
}

// A word that is misspelt must not silently mean nothing.
function fieldsOf(value: unknown, names?: readonly string[], where = ''): Record<string, unknown> {
  const at = where === '' ? '' : `${where}: `;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Mistake(`${at}an object is expected`);
  }
  const other = Object.keys(value).find((name) => names?.includes(name) === false);
  if (other !== undefined) throw new Mistake(`${at}has no field "${other}"`);
  return value as Record<string, unknown>;
}

function invalid(path: string, why: string, cause: unknown): RegistryError {
  return new RegistryError('REGISTRIES_INVALID', `${path}: ${why}`, {
    hint: 'it is written {"registries": {"HOST[:PORT]": {"mirrors": ["https://…"], "insecure": false}}}',
    cause,
  });
}
