import { isLoopbackRegistry } from '@ctrkit/oci';
import type { IncomingMessage } from 'node:http';
import { DistributionError } from './distribution-error.ts';

/**
 * Keeps web pages out. A page in a browser of this machine reaches loopback as well: directly (its
 * requests then carry Origin or Sec-Fetch-Site, which no registry client sends), or through a name of
 * its own that it lets resolve to 127.0.0.1 (then Host says that name). Throws DENIED.
 */
export function refuseBrowsers(request: IncomingMessage): void {
  const { headers } = request;
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    throw new DistributionError('DENIED', 'requests from web pages are refused');
  }
  if (!isLoopbackRegistry(headers.host ?? '')) {
    throw new DistributionError('DENIED', 'this registry answers to loopback names only');
  }
}
