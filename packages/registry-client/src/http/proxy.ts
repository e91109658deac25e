import { BlockList, isIP } from 'node:net';
import { RegistryError } from '../registry-error.ts';

/** Answers through which proxy a URL is reached; undefined for none. */
export type ProxyChoice = (url: URL) => URL | undefined;

const local = new BlockList();
local.addSubnet('127.0.0.0', 8, 'ipv4');
local.addAddress('::1', 'ipv6');

/**
 * The proxies of an environment, by docker's rules: HTTPS_PROXY for https, HTTP_PROXY for http, unless NO_PROXY
 * names the host; this machine is never reached through one. Names in capitals come before small ones. NO_PROXY
 * lists `host` (and those below it), `.host` (those below it only), an address, `address/bits`, each with `:port`
 * if only that is meant, or `*`. The choice throws PROXY_FAILED for a proxy that is none.
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function environmentProxy(env: NodeJS.ProcessEnv): ProxyChoice {
  const variable = (name: string): string => env[name] || env[name.toLowerCase()] || '';
  const exceptions = variable('NO_PROXY')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  return (url) => {
    const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    const text = variable(name);
    if (text === '' || isLocal(hostOf(url))) return undefined;
    if (exceptions.some((entry) => excepts(entry, url))) return undefined;
    return parseProxy(text, name);
  };
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();

function isLocal(host: string): boolean {
  const kind = isIP(host);
  return kind === 0 ? host === 'localhost' : local.check(host, kind === 4 ? 'ipv4' : 'ipv6');
}

// Its user and password may be in it, so it stands in no message.
function parseProxy(text: string, name: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && isDecodable(url)) return url;
  throw new RegistryError('PROXY_FAILED', `${name} names no proxy that can be used`, {
    hint: 'a proxy is written http://[USER:PASSWORD@]HOST:PORT, or with https in front',
  });
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

function excepts(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const host = hostOf(url);
  if (entry.includes('/')) return isWithin(host, entry);
  const { name, port } = splitPort(entry);
  if (port !== undefined && port !== portOf(url)) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  const domain = name.replace(/^\*\./, '.');
  if (domain.startsWith('.')) return host.endsWith(domain);
  return host === domain || host.endsWith(`.${domain}`);
}

function isWithin(host: string, subnet: string): boolean {
  const [address = '', bits = ''] = subnet.split('/');
  const kind = isIP(address);
  const most = kind === 4 ? 32 : 128;
  if (kind === 0 || kind !== isIP(host) || !/^\d{1,3}$/.test(bits) || Number(bits) > most) {
    return false;
  }
  const list = new BlockList();
  const family = kind === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}

function splitPort(entry: string): { name: string; port: string | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry);
  if (bracketed !== null) return { name: bracketed[1] ?? '', port: bracketed[2] };
  if (isIP(entry) === 6) return { name: entry, port: undefined };
  const match = /^(.*):(\d+)$/.exec(entry);
  return match === null
    ? { name: entry, port: undefined }
    : { name: match[1] ?? '', port: match[2] };
}

const portOf = (url: URL): string =>
  url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;

/** The Proxy-Authorization header for a proxy, if its URL has a user. */
export function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
