import type { HttpAnswer, HttpContext } from '../http/exchange.ts';
import { isLocalAddress } from '../http/local-address.ts';
import type { Schemes } from '../origin.ts';
import { RegistryError } from '../registry-error.ts';
import { parseChallenges } from './challenge.ts';
import type { Challenge } from './challenge.ts';
import { basicHeader } from './credentials.ts';
import type { CredentialProvider, Credentials } from './credentials.ts';
import { fetchToken } from './token.ts';

/** What a request needs to be allowed. */
export interface Access {
  /** Whose login is used; empty where none in particular is meant. */
  repository: string;
  /**
   * What a token is asked for, and no more: `repository:library/busybox:pull`; several with spaces between
   * them, none to be told only who asks.
   * https://distribution.github.io/distribution/spec/auth/scope/
   */
  scope: string;
}

/** Knows what to put into the Authorization header of requests to one registry. */
export interface Authorizer {
  /** The header that was accepted or fetched last for such an access, if any. */
  current(access: Access): Promise<string | undefined>;
  /**
   * A new header, after the registry itself refused `used` with status 401. Several that were refused
   * at once share one. Undefined when it asks for nothing that we have. Throws what `fetchToken` throws,
   * REDIRECT_REFUSED, CREDENTIALS_INVALID.
   */
  renew(
    access: Access,
    refusal: HttpAnswer,
    used: string | undefined,
    signal?: AbortSignal,
  ): Promise<string | undefined>;
}

/** What an authorizer is made of. */
export interface AuthorizerSettings {
  context: HttpContext;
  registry: string;
  credentials: CredentialProvider;
  /** How this host (with port) may be spoken to. */
  schemes: (host: string) => Schemes;
  /** Asks for an identity token too, to be kept in place of a password, and gets the one that comes. */
  onIdentityToken?: (token: string) => void;
}

const keyOf = ({ repository, scope }: Access): string => `${repository} ${scope}`;

/** Starts out knowing nothing: the first request asks as anybody, the refusal says what to do. */
export function createAuthorizer(settings: AuthorizerSettings): Authorizer {
  const headers = new Map<string, Promise<string | undefined>>();
  return {
    current: async (access) => await headers.get(keyOf(access))?.catch(() => undefined),
    renew: async (access, refusal, used, signal) => {
      const key = keyOf(access);
      const known = headers.get(key);
      const header = await known?.catch(() => undefined);
      if (header !== undefined && header !== used) return header;
      if (headers.get(key) === known) {
        headers.set(key, answerChallenges(settings, access, refusal, signal));
      }
      return await headers.get(key);
    },
  };
}

async function answerChallenges(
  settings: AuthorizerSettings,
  access: Access,
  refusal: HttpAnswer,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const challenges = parseChallenges(refusal.headers['www-authenticate']);
  const credentials = await settings.credentials(settings.registry, access.repository);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) {
    if (credentials?.registryToken !== undefined) return `Bearer ${credentials.registryToken}`;
    return `Bearer ${await bearerToken(settings, access, refusal, bearer, credentials, signal)}`;
  }
  const asksForBasic = challenges.some(({ scheme }) => scheme === 'basic');
  if (asksForBasic && credentials?.username !== undefined) return basicHeader(credentials);
  return undefined;
}

async function bearerToken(
  { context, schemes, onIdentityToken }: AuthorizerSettings,
  { scope }: Access,
  refusal: HttpAnswer,
  { parameters }: Challenge,
  credentials: Credentials | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const realm = realmOf(parameters['realm'], refusal.url, schemes);
  return await fetchToken(
    context,
    {
      realm,
      service: parameters['service'],
      // Ours, not the challenge's: a registry could ask for more than this request needs.
      scope,
      credentials,
      ...(onIdentityToken !== undefined && { onIdentityToken }),
      // A registry elsewhere has no business with token servers on our side.
      allowLocal: isLocalAddress(refusal.remoteAddress),
    },
    signal,
  );
}

// Credentials are about to go there, so it must be as well protected as the registry itself.
function realmOf(
  realm: string | undefined,
  base: URL,
  schemes: AuthorizerSettings['schemes'],
): URL {
  if (realm === undefined || !URL.canParse(realm)) {
    throw new RegistryError('PROTOCOL_ERROR', `${base.host}: asks for a token, but not from where`);
  }
  const url = new URL(realm);
  const isPlain = url.protocol === 'http:' && base.protocol === 'http:';
  const mayBePlain = isPlain && plainNamesOf(url).some((name) => schemes(name).includes('http'));
  if (url.protocol !== 'https:' && !mayBePlain) {
    throw new RegistryError(
      'REDIRECT_REFUSED',
      `${base.host}: its token server ${url.host} is not reached by https`,
      { hint: 'credentials are only sent over https, or within this machine' },
    );
  }
  url.username = '';
  url.password = '';
  return url;
}

// A host may be listed with the port that plain http has anyway.
const plainNamesOf = ({ host, port }: URL): string[] =>
  port === '' ? [host, `${host}:80`] : [host];
