import type { IncomingMessage, ServerResponse } from 'node:http';
import { DurableError } from '@ctrkit/durable';
import { deleteManifest } from './delete-manifest.ts';
import { DistributionError } from './distribution-error.ts';
import { getBlob } from './get-blob.ts';
import { getManifest } from './get-manifest.ts';
import { refuseBrowsers } from './guard.ts';
import { getCatalog, getTags } from './lists.ts';
import { deleteUpload, getUpload, patchUpload, postUpload, putUpload } from './push-blob.ts';
import { putManifest } from './put-manifest.ts';
import { getReferrers } from './referrers.ts';
import type { Exchange, Registry } from './registry.ts';
import { answer, answerJson } from './respond.ts';
import { parseTarget } from './route.ts';
import type { Route } from './route.ts';

type Answer = () => void | Promise<void>;

/**
 * Answers one request; never rejects. What the client is not to blame for goes to `onFault` and is
 * answered without details.
 */
export async function handleRequest(
  registry: Registry,
  request: IncomingMessage,
  response: ServerResponse,
  onFault: (error: unknown) => void,
): Promise<void> {
  try {
    refuseBrowsers(request);
    const { route, query } = parseTarget(request.url ?? '');
    await dispatch({ registry, request, response, query }, route);
  } catch (error) {
    answerError({ request, response }, error, onFault);
  }
}

async function dispatch(exchange: Exchange, route: Route): Promise<void> {
  const method = exchange.request.method ?? '';
  const pull = pulls(exchange, route);
  if (pull !== undefined && (method === 'GET' || method === 'HEAD')) {
    await pull();
    return;
  }
  const pushes = exchange.registry.readOnly ? {} : pushesOf(exchange, route);
  const deletions = exchange.registry.allowDelete ? deletionsOf(exchange, route) : {};
  const remove = deletions[method];
  if (remove !== undefined) {
    await remove();
    return;
  }
  const push = pushes[method];
  if (push === undefined) {
    throw notAllowed(exchange, Object.keys({ ...pushes, ...deletions }), pull !== undefined);
  }
  const { pushLease } = exchange.registry;
  await pushLease.hold();
  await push();
  // The body may have taken long.
  await pushLease.hold();
}

function pulls(exchange: Exchange, route: Route): Answer | undefined {
  switch (route.kind) {
    case 'base':
      return () => answerJson(exchange, {});
    case 'catalog':
      return () => getCatalog(exchange);
    case 'tags':
      return () => getTags(exchange, route.repository);
    case 'manifest':
      return () => getManifest(exchange, route.repository, route.reference);
    case 'blob':
      return () => getBlob(exchange, route.repository, route.digest);
    case 'referrers':
      return () => getReferrers(exchange, route.repository, route.digest);
    case 'upload':
      return () => getUpload(exchange, route.repository, route.id);
    default:
      return undefined;
  }
}

function pushesOf(exchange: Exchange, route: Route): Record<string, Answer> {
  switch (route.kind) {
    case 'manifest':
      return { PUT: () => putManifest(exchange, route.repository, route.reference) };
    case 'uploads':
      return { POST: () => postUpload(exchange, route.repository) };
    case 'upload':
      return {
        PATCH: () => patchUpload(exchange, route.repository, route.id),
        PUT: () => putUpload(exchange, route.repository, route.id),
        DELETE: () => deleteUpload(exchange, route.repository, route.id),
      };
    default:
      return {};
  }
}

// Blobs are shared by all repositories: they go when nothing refers to them any more.
function deletionsOf(exchange: Exchange, route: Route): Record<string, Answer> {
  if (route.kind !== 'manifest') return {};
  return { DELETE: () => deleteManifest(exchange, route.repository, route.reference) };
}

function notAllowed(exchange: Exchange, writes: string[], pull: boolean): DistributionError {
  const methods = [...(pull ? ['GET', 'HEAD'] : []), ...writes];
  const why = exchange.registry.readOnly ? 'this registry is read-only' : 'unsupported';
  return new DistributionError('UNSUPPORTED', `${exchange.request.method}: ${why}`, {
    headers: { Allow: methods.join(', ') },
  });
}

function answerError(
  exchange: { request: IncomingMessage; response: ServerResponse },
  error: unknown,
  onFault: (error: unknown) => void,
): void {
  const { request, response } = exchange;
  if (!(error instanceof DistributionError) && !request.destroyed && !response.destroyed) {
    onFault(error);
  }
  // An answer that has begun cannot be taken back: only a cut connection says that it is not whole.
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const told = error instanceof DistributionError ? error : publicError(error);
  // What is left of the body is not read: it may be of any size.
  const rest = request.complete ? {} : { Connection: 'close' };
  const headers = { 'Content-Type': 'application/json', ...rest, ...told.headers };
  answer(exchange, told.status, headers, told.toBody());
}

function publicError(error: unknown): DistributionError {
  if (error instanceof DurableError && error.code === 'NO_SPACE') {
    return new DistributionError('UNKNOWN', 'no space left to store this', { status: 507 });
  }
  return new DistributionError('UNKNOWN', 'the registry failed to answer this');
}
