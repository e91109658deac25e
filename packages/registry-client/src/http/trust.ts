import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { errnoOf } from '@ctrkit/durable';
import { certificatesOf, namesOf } from './certificates.ts';
import type { OnMessage } from '../out-of-reach.ts';

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
  /** Told of directories that may not be read. @default these are errors */
  onMessage?: OnMessage | undefined;
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
  const own = await certificatesOf(settings.certificates, host, settings.onMessage);
  const behalf = await certificatesOf(settings.certificates, registry, settings.onMessage);
  const client =
    own === undefined || own.cert === undefined ? {} : { cert: own.cert, key: own.key };
  const key = `${host} for ${registry}`;
  const given = (options: Awaited<ReturnType<Trust['options']>>): Trust['options'] => {
    const all = { ...client, ...options };
    return () => Promise.resolve(all);
  };
  if (namesOf(host).some((name) => settings.insecure(name))) {
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

async function systemBundle(named: string | undefined): Promise<{ ca?: string }> {
  for (const path of named === undefined ? BUNDLES : [named]) {
    const ca = await readIfThere(path);
    if (ca !== undefined) return { ca };
  }
  return {};
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
