import { credentialHelper } from './credential-helper.ts';
import type { HelperOptions } from './credential-helper.ts';
import { decodeAuthEntry } from './auth-entry.ts';
import { invalidFile, readAuthFile } from './auth-file.ts';
import type { AuthFile } from './auth-file.ts';
import { authFilePaths, dockerConfigPath } from './auth-file-path.ts';
import type { CredentialProvider, Credentials } from './credentials.ts';
import { unlessOutOfReach } from '../out-of-reach.ts';
import type { OnMessage } from '../out-of-reach.ts';
import { coversRepository, parseRegistryKey, serverAddress } from './registry-key.ts';
import type { RegistryKey } from './registry-key.ts';

/** How logins are looked for. */
export interface StoredCredentialsOptions extends HelperOptions {
  /**
   * Told of what is out of reach, a file that may not be read or a helper that is not installed, which is then left out.
   * @default these are errors
   */
  onMessage?: OnMessage | undefined;
  /** Whether a file that is not there is CREDENTIALS_INVALID, for one that the user named. @default false */
  mustExist?: boolean;
}

/**
 * Credentials from one file of logins, docker's or podman's, read once, when first asked: from the helper that it
 * names for the registry, else from its `auths`, the entry with the longest path first. No file, no
 * credentials. The provider throws CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED.
 */
export function dockerConfigCredentials(
  path: string = dockerConfigPath(),
  options: StoredCredentialsOptions = {},
): CredentialProvider {
  let reading: Promise<AuthFile | undefined> | undefined;
  return async (registry, repository = '') => {
    reading ??= unlessOutOfReach(options.onMessage, async () => await readAuthFile(path, options));
    const file = await reading;
    if (file === undefined) return undefined;
    // Docker Hub by another of its names is the same.
    return await lookUp(file, parseRegistryKey(registry).registry, repository, options);
  };
}

/**
 * Credentials from the files of docker and of podman, in the order of {@link authFilePaths}: the first that has some for
 * the registry counts. The provider throws as that of one file does.
 */
export function storedCredentials(
  env: NodeJS.ProcessEnv = process.env,
  options: StoredCredentialsOptions = {},
): CredentialProvider {
  const providers = authFilePaths(env).map((path) =>
    dockerConfigCredentials(path, { env, ...options }),
  );
  return async (registry, repository) => {
    for (const provider of providers) {
      const found = await provider(registry, repository);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

async function lookUp(
  file: AuthFile,
  registry: string,
  repository: string,
  options: StoredCredentialsOptions,
): Promise<Credentials | undefined> {
  const helper = helperFor(file, registry, repository);
  const kept =
    helper === undefined
      ? undefined
      : await unlessOutOfReach(
          options.onMessage,
          async () => await credentialHelper(helper, options).get(serverAddress(registry)),
        );
  if (kept !== undefined) return kept;
  for (const { key, value } of mostSpecific(file.auths, registry, repository)) {
    const found = decode(file, key, value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The helper that a file names for a registry, if any. */
export function helperFor(
  { helpers, store }: AuthFile,
  registry: string,
  repository: string,
): string | undefined {
  const [own] = mostSpecific(helpers, registry, repository);
  return own?.name ?? store;
}

function mostSpecific<K extends RegistryKey>(
  keys: readonly K[],
  registry: string,
  repository: string,
): K[] {
  const covering = keys.filter((key) => coversRepository(key, registry, repository));
  return covering.toSorted((a, b) => b.prefix.length - a.prefix.length);
}

function decode({ path }: AuthFile, key: string, value: unknown): Credentials | undefined {
  try {
    return decodeAuthEntry(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'cannot be understood';
    throw invalidFile(path, `auths["${key}"] ${why}`, cause);
  }
}
