import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { Agent, AgentOptions, ClientRequest } from 'node:http';
import type { Agent as HttpsAgent, RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction, TcpNetConnectOpts } from 'node:net';
import { callbackify } from 'node:util';
import { RegistryError } from '../registry-error.ts';
import { isLocalAddress } from './local-address.ts';
import { proxyHeaders } from './proxy.ts';
import type { ProxyChoice } from './proxy.ts';
import { trustsFor } from './trust.ts';
import type { Trust, TrustSettings } from './trust.ts';
import { openTunnel } from './tunnel.ts';
import type { TunnelTarget } from './tunnel.ts';

// Node tries the next address of a name after 250 ms by default, which loses to a slow link.
const NEXT_ADDRESS_MS = 2_000;

const agentOptions: AgentOptions = { keepAlive: true, maxFreeSockets: 8 };

/** How requests to one host are sent, and over which kept connections. */
export interface Sender {
  request: (url: URL, options: RequestOptions) => ClientRequest;
  /** Through which proxy, if any. */
  proxy: URL | undefined;
  /** What is to be tried when nobody vouches for the host's certificate. */
  next: (() => Promise<Sender>) | undefined;
  /** It was of use: begin with it the next time. */
  settle: () => void;
}

/** How hosts are reached. */
export interface NetworkSettings extends TrustSettings {
  proxy: ProxyChoice;
  /** How long it may take until a proxy has made a connection, in milliseconds. */
  connectMs: number;
}

/** The connections of one client; kept open between requests, without keeping the process alive. */
export interface Connections {
  /**
   * How a URL is reached on behalf of a registry: its own API, or what it names. A connection that was made where
   * addresses of this machine are allowed serves nobody else. Throws CERTIFICATES_INVALID, PROXY_FAILED.
   */
  senderFor(url: URL, registry: string, allowLocal: boolean): Promise<Sender>;
  close(): void;
}

/** Opens nothing yet; https, TLS and proxies are loaded when they are first used. */
export function createConnections(settings: NetworkSettings): Connections {
  const agents = new Map<string, Agent>();
  const trusts = new Map<string, Promise<readonly Trust[]>>();
  const kept = <A extends Agent>(key: string, make: () => A): A => {
    const agent = (agents.get(key) as A | undefined) ?? make();
    agents.set(key, agent);
    return agent;
  };
  const plainSender = async (proxy: URL | undefined, reach: string): Promise<Sender> => {
    // To a proxy that is reached by https the request itself goes over TLS.
    const isSecure = proxy?.protocol === 'https:';
    const { Agent, request } = await (isSecure ? import('node:https') : import('node:http'));
    const agent = kept(
      `http: ${reach} ${isSecure ? 'over TLS' : ''}`,
      () => new Agent(agentOptions),
    );
    return {
      request: (url, options) =>
        proxy === undefined
          ? request(url, { ...options, agent })
          : request(new URL(proxy.origin), viaProxy(url, proxy, { ...options, agent })),
      proxy,
      next: undefined,
      settle: () => undefined,
    };
  };
  const secureSender = async (
    url: URL,
    { proxy, reach }: { proxy: URL | undefined; reach: string },
    known: readonly Trust[],
    settle: (from: readonly Trust[]) => void,
  ): Promise<Sender> => {
    const https = await import('node:https');
    const [trust, ...others] = known;
    if (trust === undefined) throw new Error(`${url.host}: no way to check its certificate`);
    const checked = { rejectUnauthorized: true, ...(await trust.options()) };
    const agent = kept(`https: ${reach} ${proxy?.href ?? ''} ${trust.key}`, () =>
      tunnelled(new https.Agent({ ...agentOptions, ...checked }), proxy, settings.connectMs),
    );
    return {
      request: (url, options) => https.request(url, { ...options, ...checked, agent }),
      proxy,
      next:
        others.length === 0
          ? undefined
          : async () => await secureSender(url, { proxy, reach }, others, settle),
      settle: () => settle(known),
    };
  };
  return {
    senderFor: async (url, registry, allowLocal) => {
      const proxy = settings.proxy(url);
      const reach = allowLocal ? 'anywhere' : 'elsewhere';
      if (url.protocol === 'http:') return await plainSender(proxy, reach);
      const key = `${url.host} ${registry}`;
      const known = trusts.get(key) ?? trustsFor(url.host, registry, settings);
      trusts.set(key, known);
      // What was wrong in a directory may be put right.
      known.catch(() => trusts.delete(key));
      return await secureSender(url, { proxy, reach }, await known, (from) =>
        trusts.set(key, Promise.resolve(from)),
      );
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

// A proxy for plain http gets the whole address, and its own credentials.
function viaProxy(url: URL, proxy: URL, options: RequestOptions): RequestOptions {
  const { lookup: _, ...rest } = options;
  const headers = {
    ...(options.headers as Record<string, string>),
    host: url.host,
    ...proxyHeaders(proxy),
  };
  // The certificate is the proxy's, though Host, from which Node would take the name, is the registry's.
  const isAddress = isIP(proxy.hostname) !== 0 || proxy.hostname.startsWith('[');
  const servername = isAddress ? '' : proxy.hostname;
  return { ...rest, path: `${url.origin}${url.pathname}${url.search}`, headers, servername };
}

/** An agent whose connections go through a proxy, if there is one. */
function tunnelled(agent: HttpsAgent, proxy: URL | undefined, connectMs: number): HttpsAgent {
  if (proxy === undefined) return agent;
  const createConnection = callbackify(
    async (options: TunnelTarget) => await openTunnel(proxy, options, connectMs),
  );
  return Object.assign(agent, { createConnection });
}

/** The options of a request that concern its connection. */
export type ConnectOptions = Pick<RequestOptions, 'lookup'> &
  Pick<TcpNetConnectOpts, 'autoSelectFamilyAttemptTimeout'>;

/**
 * What a connection needs beyond its address. Unless `allowLocal`, addresses of this machine and of its link are refused, after
 * the name was looked up, so that no name can lead there.
 */
export function connectOptions(url: URL, allowLocal: boolean): ConnectOptions {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!allowLocal && isIP(host) !== 0 && isLocalAddress(host)) throw refusedLocal(url.host);
  const certain = { autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
  return allowLocal ? certain : { ...certain, lookup: publicLookup };
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error !== null) return callback(error, '', 0);
    const allowed = found.filter(({ address }) => !isLocalAddress(address));
    const [first] = allowed;
    if (first === undefined) return callback(refusedLocal(hostname), '', 0);
    if (options.all === true) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};

function refusedLocal(host: string): RegistryError {
  return new RegistryError(
    'REDIRECT_REFUSED',
    `${host}: the registry points to an address of this machine or its own link`,
    { hint: 'only a registry that is there itself may do that' },
  );
}
