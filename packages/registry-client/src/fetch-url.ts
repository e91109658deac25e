import type { IncomingHttpHeaders } from 'node:http';
import { createConnections } from './http/connect.ts';
import type { NetworkSettings } from './http/connect.ts';
import { discard } from './http/exchange.ts';
import { follow } from './http/follow.ts';
import { environmentProxy } from './http/proxy.ts';
import { readBatches } from './http/read-batches.ts';
import { defaultTimeouts } from './http/timeouts.ts';
import type { Timeouts } from './http/timeouts.ts';
import { RegistryError } from './registry-error.ts';

export interface FetchUrlOptions {
  /** Where proxies and the file of authorities (SSL_CERT_FILE) are named. @default that of this process */
  readonly env?: NodeJS.ProcessEnv;
  readonly userAgent?: string;
  readonly timeouts?: Partial<Timeouts>;
  readonly signal?: AbortSignal | undefined;
}

/** What is at a URL; the connection is open until the body was read or let go of. */
export interface FetchedUrl {
  /** Where redirects led. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Buffer>;
}

/** How hosts are reached that are no registries. */
export function settingsOf(env: NodeJS.ProcessEnv, timeouts: Timeouts): NetworkSettings {
  const system = env['SSL_CERT_FILE'] || undefined;
  const { connectMs } = timeouts;
  return {
    certificates: [],
    insecure: () => false,
    proxy: environmentProxy(env),
    connectMs,
    system,
  };
}

/**
 * Fetches what is at a URL of http or https: through the proxies of the environment, with the authorities of the system, never from
 * https on to http, and to this machine only where the URL itself leads there. Nothing says that the bytes are the right ones.
 * Throws REGISTRY_ERROR (any status but 200), REGISTRY_UNREACHABLE, TLS_FAILED, REDIRECT_REFUSED, PROTOCOL_ERROR,
 * PROXY_FAILED, the reason of `signal`; so does the body.
 */
export async function fetchUrl(url: URL, options: FetchUrlOptions = {}): Promise<FetchedUrl> {
  const { env = process.env, signal, userAgent = 'ctrkit' } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const connections = createConnections(settingsOf(env, timeouts));
  try {
    const context = { connections, timeouts, userAgent, registry: url.host };
    const request = { method: 'GET', url, headers: {} } as const;
    const reach = { allowLocal: true, ...(signal !== undefined && { signal }) };
    const answer = await follow(context, request, reach);
    if (answer.status !== 200) {
      discard(answer);
      const { status } = answer;
      throw new RegistryError('REGISTRY_ERROR', `${answer.url.host}: status ${status}`, { status });
    }
    return {
      url: answer.url,
      headers: answer.headers,
      body: bodyOf(answer, timeouts, connections),
    };
  } catch (error) {
    connections.close();
    throw error;
  }
}

async function* bodyOf(
  answer: Parameters<typeof readBatches>[0],
  timeouts: Timeouts,
  connections: { close(): void },
): AsyncGenerator<Buffer> {
  try {
    for await (const batch of readBatches(answer, timeouts)) yield* batch;
  } finally {
    connections.close();
  }
}
