import { RegistryError } from '../registry-error.ts';

/** What logins are filed under: a registry and, with podman, perhaps the start of a repository. */
export interface RegistryKey {
  /** `host` or `host:port` as in a reference; `docker.io` for Docker Hub. */
  registry: string;
  /** Without slashes at its ends; empty for the whole registry. */
  prefix: string;
}

const HUB = 'docker.io';
// Docker writes Docker Hub under the address of its former API.
const HUB_ADDRESS = 'https://index.docker.io/v1/';
const HUB_HOSTS: ReadonlySet<string> = new Set([HUB, 'index.docker.io', 'registry-1.docker.io']);

/**
 * Reads a key of a file of logins: `https://index.docker.io/v1/` and `docker.io` are one registry, a port is
 * part of one, and `host/team/app` is podman's for that repository and those below it.
 */
export function parseRegistryKey(key: string): RegistryKey {
  const isAddress = /^https?:\/\//i.test(key);
  const [host = '', ...path] = key.replace(/^https?:\/\//i, '').split('/');
  const registry = host.toLowerCase();
  // The path of an address is that of an API. Podman drops the version of one from its keys too.
  const rest = path.filter((part) => part !== '');
  const isApi = isAddress || (rest.length === 1 && /^v[12]$/.test(rest[0] ?? ''));
  return {
    registry: HUB_HOSTS.has(registry) ? HUB : registry,
    prefix: isApi ? '' : rest.join('/'),
  };
}

/** Whether what is filed under a key is for a repository of a registry. */
export function coversRepository(
  { registry, prefix }: RegistryKey,
  wanted: string,
  repository: string,
): boolean {
  if (registry !== wanted.toLowerCase()) return false;
  return prefix === '' || repository === prefix || repository.startsWith(`${prefix}/`);
}

/** How docker calls a registry in its files, to its helpers and to people. */
export function serverAddress(registry: string): string {
  return registry === HUB ? HUB_ADDRESS : registry;
}

/**
 * The registry that the operand of `login` and `logout` means, by docker's rules: scheme and path are left
 * out, none is Docker Hub. Throws REGISTRY_NAME_INVALID.
 */
export function parseServer(server: string | undefined): string {
  if (server === undefined || server === '') return HUB;
  const { registry } = parseRegistryKey(`https://${server.replace(/^https?:\/\//i, '')}`);
  if (/^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])(?::\d{1,5})?$/.test(registry)) return registry;
  throw new RegistryError('REGISTRY_NAME_INVALID', 'this is not the name of a registry', {
    hint: 'a registry is named HOST[:PORT]',
  });
}
