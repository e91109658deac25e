/** What a registry knows a user by. */
export interface Credentials {
  username?: string;
  password?: string;
  /** A refresh token, as some registries hand out in place of a password. */
  identityToken?: string;
  /** A bearer token that is sent as it is. */
  registryToken?: string;
}

/**
 * Finds the credentials for a registry: `host` or `host:port` as in a reference, `docker.io` for Docker
 * Hub; logins may be for some of its repositories only. Undefined means to ask as anybody.
 */
export type CredentialProvider = (
  registry: string,
  repository?: string,
) => Promise<Credentials | undefined>;

/** The value of a Basic Authorization header. https://www.rfc-editor.org/rfc/rfc7617 */
export function basicHeader({ username = '', password = '' }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
