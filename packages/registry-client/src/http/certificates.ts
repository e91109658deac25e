import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { unlessOutOfReach } from '../out-of-reach.ts';
import type { OnMessage } from '../out-of-reach.ts';
import { RegistryError } from '../registry-error.ts';

/** What a directory of a registry holds, in PEM form. */
export interface Certificates {
  /** Authorities that vouch for it. */
  ca: string[];
  /** Ours, and its key. */
  cert?: string;
  key?: string;
}

/** The directories where docker and podman look for certificates of registries, the user's own first. */
export function certificateDirectories(env: NodeJS.ProcessEnv): string[] {
  const config = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return [
    ...['docker', 'containers'].map((name) => join(config, name, 'certs.d')),
    ...['docker', 'containers'].map((name) => join('/etc', name, 'certs.d')),
  ];
}

/** What a host of an https URL may be called in a list: with or without the port that https has anyway. */
export function namesOf(host: string): string[] {
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

/**
 * Reads the certificates of a host from the first of the directories that has some for it. Of one that may not be read
 * `onMessage` is told. Throws CERTIFICATES_INVALID.
 * https://docs.docker.com/engine/security/certificates/
 */
export async function certificatesOf(
  directories: readonly string[],
  host: string,
  onMessage?: OnMessage,
): Promise<Certificates | undefined> {
  for (const directory of directories) {
    for (const name of namesOf(host)) {
      const found = await unlessOutOfReach(
        onMessage,
        async () => await readCertificates(join(directory, name)),
      );
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

function invalid(path: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('CERTIFICATES_INVALID', `${path}: ${why}`, {
    hint: 'a directory of a registry holds ca.crt, and client.cert with client.key where it asks for one',
    cause,
  });
}
