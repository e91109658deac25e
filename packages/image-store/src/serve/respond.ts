import type { IncomingMessage, ServerResponse } from 'node:http';

export type Headers = Record<string, string | number>;

/** What each answer of the registry carries. */
const common: Headers = {
  'Docker-Distribution-Api-Version': 'registry/2.0',
  'X-Content-Type-Options': 'nosniff',
};

/** Sets status and headers; the body, if any, is still to be written. */
export function writeHead(response: ServerResponse, status: number, headers: Headers): void {
  response.writeHead(status, { ...common, ...headers });
}

/** A whole answer; its length is told, and for HEAD its body left out. */
export function answer(
  exchange: { request: IncomingMessage; response: ServerResponse },
  status: number,
  headers: Headers,
  body: string | Uint8Array = '',
): void {
  const bytes = Buffer.from(body);
  // 204 must not tell a length, and 304 would tell that of another body (RFC 9110, section 8.6).
  const length = status === 204 || status === 304 ? {} : { 'Content-Length': bytes.length };
  writeHead(exchange.response, status, { ...length, ...headers });
  exchange.response.end(exchange.request.method === 'HEAD' ? undefined : bytes);
}

/** A whole answer in JSON. */
export function answerJson(
  exchange: { request: IncomingMessage; response: ServerResponse },
  value: unknown,
  headers: Headers = {},
): void {
  answer(exchange, 200, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));
}
