import type { IncomingHttpHeaders } from 'node:http';

/** How many pulls a registry still allows, as Docker Hub tells with each manifest. */
export interface RateLimit {
  /** Pulls in one window. */
  limit: number;
  /** Pulls that are left of them. */
  remaining: number;
  /** How long a window is. */
  windowSeconds: number;
}

/**
 * Reads Docker Hub's `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600`; undefined where they
 * are missing or say something else.
 * https://docs.docker.com/docker-hub/usage/pulls/#view-pull-rate-and-limit
 */
export function parseRateLimit(headers: IncomingHttpHeaders): RateLimit | undefined {
  const limit = parseQuota(headers['ratelimit-limit']);
  const remaining = parseQuota(headers['ratelimit-remaining']);
  if (limit === undefined || remaining === undefined) return undefined;
  return { limit: limit.count, remaining: remaining.count, windowSeconds: limit.seconds };
}

function parseQuota(
  header: string | string[] | undefined,
): { count: number; seconds: number } | undefined {
  const match = /^(\d{1,9});w=(\d{1,9})$/.exec(typeof header === 'string' ? header.trim() : '');
  return match === null ? undefined : { count: Number(match[1]), seconds: Number(match[2]) };
}
