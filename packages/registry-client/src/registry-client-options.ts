import type { CredentialProvider } from './auth/credentials.ts';
import type { ProxyChoice } from './http/proxy.ts';
import type { RetryPolicy } from './http/retry.ts';
import type { Timeouts } from './http/timeouts.ts';
import type { OnMessage } from './out-of-reach.ts';
import type { Mirror } from './registries/mirror.ts';

/** What a client is to be like. */
export interface RegistryClientOptions {
  /** Which registries (`host` or `host:port`) may be spoken to over plain http. @default those on loopback */
  plainHttp?: (registry: string) => boolean;
  /** Who we are to a registry. @default nobody; see `storedCredentials` */
  credentials?: CredentialProvider;
  /**
   * Registries that may be spoken to over plain http, and over TLS with a certificate that nobody vouches for.
   * @default none
   */
  insecure?: (registry: string) => boolean;
  /** Where else to look first for what a registry has; see {@link RegistryClient.resolve}. @default nowhere */
  mirrors?: (registry: string) => readonly Mirror[];
  /**
   * Directories with a directory for each registry that has authorities or wants certificates of its own: `HOST:PORT/ca.crt`,
   * `client.cert`, `client.key`. @default none; see `certificateDirectories`
   */
  certificates?: readonly string[];
  /** A file of authorities that are trusted beside those of Node. @default where systems have it */
  systemCertificates?: string | undefined;
  /** Through which proxy a URL is reached. @default none; see `environmentProxy` */
  proxy?: ProxyChoice;
  /** Told of directories of certificates that may not be read, and are left out. @default these are errors */
  onMessage?: OnMessage | undefined;
  /** @default ctrkit-registry-client */
  userAgent?: string;
  /** How long each stage may take. */
  timeouts?: Partial<Timeouts>;
  /** How often what failed in passing is tried again. */
  retry?: Partial<RetryPolicy>;
}
