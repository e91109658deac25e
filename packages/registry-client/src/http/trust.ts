import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { errnoOf } from '@ctrkit/durable';
import { RegistryError } from '../registry-error.ts';

/** How the certificate of a host is checked, and what it is shown of us. */
export interface Trust {
  /** Tells it from others: connections are shared only within one. */
  key: string;
  /** Read when it is first used. */
  options: () => Promise<SecureContextOptions & { rejectUnauthorized?: boolean }>;
}

/** Finds out whom to trust. */
export interface TrustSettings {
  /** Directories such as `/etc/docker/certs.d`; what the first has counts before what the others have. */
  certificates: readonly string[];
  /** Registries (`host` or `host:port`) whose certificates are not checked. */
  insecure: (host: string) => boolean;
  /** The authorities of the system, one file. @default where they usually are */
  system?: string | undefined;
}

/** The directories where docker and podman look for certificates of registries, the user's own first. */
export function certificateDirectories(env: NodeJS.ProcessEnv): string[] {
  const config = env['XDG_CONFIG_HOME'] || join(env['HOME'] || '/', '.config');
  return [
    ...['docker', 'containers'].map((name) => join(config, name, 'certs.d')),
    ...['docker', 'containers'].map((name) => join('/etc', name, 'certs.d')),
  ];
}

// Where Go, and with it docker, looks on Debian, Fedora, SUSE and Alpine.
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The ways in which the certificate of `host` may be found good, to be tried in this order: by the authorities in
 * `certs.d/<host>` and in that of the registry on whose behalf it is asked, by those of Node, by those of the
 * system. A certificate of ours is shown to the very host in whose directory it is. Throws CERTIFICATES_INVALID.
 * https://docs.docker.com/engine/security/certificates/
 */
export async function trustsFor(
  host: string,
  registry: string,
  settings: TrustSettings,
): Promise<Trust[]> {
  const own = await readFirst(settings.certificates, namesOf(host));
  const behalf = await readFirst(settings.certificates, namesOf(registry));
  const client =
    own === undefined || own.cert === undefined ? {} : { cert: own.cert, key: own.key };
  const key = `${host} for ${registry}`;
  const given = (options: Awaited<ReturnType<Trust['options']>>): Trust['options'] => {
    const all = { ...client, ...options };
    return () => Promise.resolve(all);
  };
  if (settings.insecure(host)) {
    return [{ key: `${key}: unchecked`, options: given({ rejectUnauthorized: false }) }];
  }
  const authorities = [...new Set([...(own?.ca ?? []), ...(behalf?.ca ?? [])])];
  // Without a certificate of ours they are alike for all hosts.
  const common = own?.cert === undefined ? '' : key;
  return [
    ...(authorities.length === 0
      ? []
      : [{ key: `${key}: own`, options: given({ ca: authorities }) }]),
    { key: common, options: given({}) },
    {
      key: `${common} system`,
      options: async () => ({ ...client, ...(await systemBundle(settings.system)) }),
    },
  ];
}

/** The file of the authorities that the system trusts: `$SSL_CERT_FILE`, else one of the usual places. */
export function systemCertificates(env: NodeJS.ProcessEnv): string | undefined {
  return env['SSL_CERT_FILE'] || undefined;
}

async function systemBundle(named: string | undefined): Promise<{ ca?: string }> {
  for (const path of named === undefined ? BUNDLES : [named]) {
    const ca = await readIfThere(path);
    if (ca !== undefined) return { ca };
  }
  return {};
}

interface Certificates {
  ca: string[];
  cert?: string;
  key?: string;
}

// A registry may be written with or without the port that https has anyway.
function namesOf(host: string): string[] {
  if (host === '' || host === '..' || host === '.' || /[/\\\0]/.test(host)) return [];
  const bare = host.replace(/:443$/, '');
  const hasPort = /:\d+$/.test(bare);
  const hub = bare === 'registry-1.docker.io' || bare === 'docker.io';
  return [
    bare,
    ...(hasPort ? [] : [`${bare}:443`]),
    ...(hub ? ['docker.io', 'registry-1.docker.io'] : []),
  ];
}

async function readFirst(
  directories: readonly string[],
  names: readonly string[],
): Promise<Certificates | undefined> {
  for (const directory of directories) {
    for (const name of names) {
      const found = await readCertificates(join(directory, name));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

async function readCertificates(directory: string): Promise<Certificates | undefined> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw invalid(directory, 'cannot be read', error);
  });
  if (names === undefined) return undefined;
  const sorted = names.toSorted();
  const ca = sorted.filter((name) => name.endsWith('.crt'));
  const cert = sorted.find((name) => name.endsWith('.cert'));
  const found = { ca: await Promise.all(ca.map((name) => readPem(join(directory, name)))) };
  if (cert === undefined) return ca.length === 0 ? undefined : found;
  const key = cert.replace(/\.cert$/, '.key');
  if (!names.includes(key)) {
    // Docker's words, which people search for.
    const what = `missing key ${key} for client certificate ${cert}`;
    throw invalid(directory, `${what}. CA certificates must use the extension .crt`);
  }
  return {
    ...found,
    cert: await readPem(join(directory, cert)),
    key: await readPem(join(directory, key)),
  };
}

async function readPem(path: string): Promise<string> {
  const text = await readFile(path, 'latin1').catch((error: unknown) => {
    throw invalid(path, 'cannot be read', error);
  });
  if (text.includes('-----BEGIN ')) return text;
  throw invalid(path, 'is not in PEM form');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

function invalid(path: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('CERTIFICATES_INVALID', `${path}: ${why}`, {
    hint: 'a directory of a registry holds ca.crt, and client.cert with client.key where it asks for one',
    cause,
  });
}
