import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { errnoOf } from '@ctrkit/durable';
import { RegistryError } from '../registry-error.ts';
import { reasonOf, unreachable } from './network-error.ts';
import { proxyHeaders } from './proxy.ts';

/** Where a tunnel leads to. */
export interface TunnelTarget extends ConnectionOptions {
  host: string;
  port: number;
}

/**
 * Opens a TLS connection to a host through a proxy, by CONNECT. Throws RegistryError PROXY_FAILED, or what TLS failed
 * with. The proxy sees the name of the host, its own credentials and nothing else.
 * https://www.rfc-editor.org/rfc/rfc9110#CONNECT
 */
export async function openTunnel(
  proxy: URL,
  target: TunnelTarget,
  timeoutMs: number,
): Promise<TLSSocket> {
  const started = performance.now();
  const socket = await connectThrough(proxy, target, timeoutMs);
  const { connect } = await import('node:tls');
  // These are what is asked for, and would be dialled.
  const { host: _host, port: _port, path: _path, ...secure } = target;
  const tls = connect({ ...secure, socket });
  const left = Math.max(1, Math.ceil(started + timeoutMs - performance.now()));
  try {
    await once(tls, 'secureConnect', { signal: AbortSignal.timeout(left) });
    return tls;
  } catch (error) {
    // Whoever asked may have given up by then, and nobody else would close it.
    tls.destroy();
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    const url = new URL(`https://${authorityOf(target)}`);
    throw unreachable(url, `no connection within ${timeoutMs / 1000} s`);
  }
}

const authorityOf = ({ host, port }: TunnelTarget): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

async function connectThrough(
  proxy: URL,
  target: TunnelTarget,
  timeoutMs: number,
): Promise<Socket> {
  const { request } = await (proxy.protocol === 'https:'
    ? import('node:https')
    : import('node:http'));
  const authority = authorityOf(target);
  const asked = request(new URL(proxy.origin), {
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...proxyHeaders(proxy) },
    agent: false,
  });
  const timer = setTimeout(
    () => asked.destroy(failed(proxy, `no answer within ${timeoutMs / 1000} s`, true)),
    timeoutMs,
  );
  try {
    return await tunnelOf(asked, proxy);
  } finally {
    clearTimeout(timer);
  }
}

function tunnelOf(asked: ClientRequest, proxy: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    asked.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.destroy();
      reject(proxyRefused(proxy, statusCode));
    });
    // Stays: one that comes after the answer must find a listener too.
    asked.on('error', (error) => reject(explainProxyError(error, proxy)));
    asked.end();
  });
}

/** PROXY_FAILED for a request that never got past the proxy. */
export function explainProxyError(error: Error, proxy: URL): Error {
  if (error instanceof RegistryError) return error;
  const { why, transient } = reasonOf(errnoOf(error) ?? error.message);
  return failed(proxy, `cannot be reached: ${why}`, transient, error);
}

/** PROXY_FAILED for a status with which a proxy refuses. */
export function proxyRefused(proxy: URL, status: number): RegistryError {
  const isLogin = status === 407;
  const why = isLogin ? 'asks for another user and password' : `answered with status ${status}`;
  return failed(proxy, why, status >= 500);
}

function failed(proxy: URL, why: string, transient: boolean, cause?: unknown): RegistryError {
  return new RegistryError('PROXY_FAILED', `proxy ${proxy.host}: ${why}`, {
    hint: 'the proxy is named in HTTPS_PROXY or HTTP_PROXY; NO_PROXY lists hosts that need none',
    transient,
    cause,
  });
}
