import { createConnections } from './http/connect.ts';
import type { HttpMethod } from './http/exchange.ts';
import { exchange } from './http/exchange.ts';
import { fieldsOf } from './http/error-answer.ts';
import { readWhole } from './http/read-batches.ts';
import { defaultRetryPolicy, retrying } from './http/retry.ts';
import type { RetryPolicy } from './http/retry.ts';
import type { RequestBody } from './http/send-body.ts';
import { defaultTimeouts } from './http/timeouts.ts';
import { settingsOf } from './fetch-url.ts';
import type { FetchUrlOptions } from './fetch-url.ts';
import { RegistryError } from './registry-error.ts';

/** What is sent. */
export interface SentToUrl extends FetchUrlOptions {
  readonly method: Extract<HttpMethod, 'POST' | 'PUT'>;
  readonly headers: Readonly<Record<string, string>>;
  /** Asked for again where it has to be sent again. */
  readonly body: () => RequestBody;
  readonly retry?: Partial<RetryPolicy>;
}

/** What was answered. */
export interface UrlAnswer {
  readonly status: number;
  /** At most 1 MiB. */
  readonly body: Buffer;
}

const MOST_BYTES = 1024 * 1024;

/**
 * Sends something to a URL of http or https, as `fetchUrl` fetches, and answers whatever status comes but those that may pass (429, 503 and their
 * kin): after these it is sent again. No redirect is followed: nobody else gets what is sent. Throws REGISTRY_ERROR, REGISTRY_UNREACHABLE, TLS_FAILED, PROXY_FAILED,
 * RESPONSE_TOO_LARGE, PROTOCOL_ERROR, the reason of `signal`.
 */
export async function sendToUrl(url: URL, sent: SentToUrl): Promise<UrlAnswer> {
  const { env = process.env, signal, userAgent = 'ctrkit', method, headers, body } = sent;
  const timeouts = { ...defaultTimeouts, ...sent.timeouts };
  const connections = createConnections(settingsOf(env, timeouts));
  const context = { connections, timeouts, userAgent, registry: url.host };
  const reach = { allowLocal: true, ...(signal !== undefined && { signal }) };
  try {
    return await retrying({ ...defaultRetryPolicy, ...sent.retry }, signal, async () => {
      const request = { method, url, headers: { ...headers }, body: body() };
      const answer = await exchange(context, request, reach);
      const said = await readWhole(answer, MOST_BYTES, timeouts);
      const { status } = answer;
      const fields = fieldsOf(answer);
      if (fields.transient !== true) return { status, body: said };
      throw new RegistryError('REGISTRY_ERROR', `${url.host}: status ${status}`, fields);
    });
  } finally {
    connections.close();
  }
}
