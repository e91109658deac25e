import type { BlobIdentity } from '../open-blob.ts';
import { discard } from '../http/exchange.ts';
import { RegistryError } from '../registry-error.ts';
import type { Session } from '../session.ts';
import { pushScope } from './scope.ts';

/**
 * Whether a repository has a blob, with the size that it must have. Asks once. Throws what the session throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#checking-if-content-exists-in-the-registry
 */
export async function hasRemoteBlob(
  session: Session,
  repository: string,
  { digest, size }: BlobIdentity,
  signal?: AbortSignal,
): Promise<boolean> {
  const request = {
    method: 'HEAD',
    repository,
    path: `blobs/${digest}`,
    what: `blob ${digest} of ${repository}`,
    absent: 'BLOB_UNKNOWN',
    action: 'push',
    scope: pushScope(repository),
    ...(signal !== undefined && { signal }),
  } as const;
  try {
    const answer = await session.send(request);
    discard(answer);
    const length = answer.headers['content-length'];
    // One of another length is damaged: it is pushed again.
    return length === undefined || Number(length) === size;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'BLOB_UNKNOWN') return false;
    throw error;
  }
}
