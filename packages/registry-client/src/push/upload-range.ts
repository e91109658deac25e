import type { HttpAnswer } from '../http/exchange.ts';
import { RegistryError } from '../registry-error.ts';

/**
 * How many bytes of an upload a registry has, by the Range of its answer; undefined where it does not tell. `0-0` is
 * said of one byte and of none. Throws PROTOCOL_ERROR.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-a-blob-in-chunks
 */
export function uploadedBytes({ headers, url }: HttpAnswer): number | undefined {
  const { range } = headers;
  if (range === undefined) return undefined;
  const match = /^(?:bytes=)?0-(\d{1,15})$/.exec(range);
  if (match === null) {
    throw new RegistryError('PROTOCOL_ERROR', `${url.host}: an upload with a range that is none`);
  }
  const last = Number(match[1]);
  return last === 0 ? 0 : last + 1;
}
