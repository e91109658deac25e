import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { Agent, AgentOptions, ClientRequest } from 'node:http';
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction, TcpNetConnectOpts } from 'node:net';
import { RegistryError } from '../registry-error.ts';
import { isLocalAddress } from './local-address.ts';

// Node tries the next address of a name after 250 ms by default, which loses to a slow link.
const NEXT_ADDRESS_MS = 2_000;

const agentOptions: AgentOptions = { keepAlive: true, maxFreeSockets: 8 };

/** How requests of one scheme are sent, and over which kept connections. */
export interface Sender {
  request: (url: URL, options: RequestOptions) => ClientRequest;
}

/** The connections of one client; kept open between requests, without keeping the process alive. */
export interface Connections {
  senderFor(url: URL): Promise<Sender>;
  close(): void;
}

/** Opens nothing yet; https is loaded when it is first used. */
export function createConnections(): Connections {
  const agents = new Map<string, Agent>();
  return {
    senderFor: async ({ protocol }) => {
      const module = await (protocol === 'https:' ? import('node:https') : import('node:http'));
      const agent = agents.get(protocol) ?? new module.Agent(agentOptions);
      agents.set(protocol, agent);
      return { request: (url, options) => module.request(url, { ...options, agent }) };
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** The options of a request that concern its connection. */
export type ConnectOptions = Pick<RequestOptions, 'rejectUnauthorized' | 'lookup'> &
  Pick<TcpNetConnectOpts, 'autoSelectFamilyAttemptTimeout'>;

/**
 * What a connection needs beyond its address. Certificates are always checked, whatever the
 * environment says. Unless `allowLocal`, addresses of this machine and of its link are refused, after
 * the name was looked up, so that no name can lead there.
 */
export function connectOptions(url: URL, allowLocal: boolean): ConnectOptions {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!allowLocal && isIP(host) !== 0 && isLocalAddress(host)) throw refusedLocal(url.host);
  const certain = { rejectUnauthorized: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
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
