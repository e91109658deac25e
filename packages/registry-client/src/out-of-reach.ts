import { errnoOf } from '@ctrkit/durable';
import { RegistryError } from './registry-error.ts';

/** Who is told, in a line for people, of what was left out. */
export type OnMessage = (text: string) => void;

/**
 * What `read` finds; undefined, and a message, where it is none of this user's: a file that only others may read, a helper that
 * is not installed here. Most of what a registry has needs neither. Without `onMessage` it is an error as any other.
 */
export async function unlessOutOfReach<T>(
  onMessage: OnMessage | undefined,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (onMessage === undefined || !(error instanceof RegistryError)) throw error;
    if (!isOutOfReach(error)) throw error;
    onMessage(`left out: ${error.message}`);
    return undefined;
  }
}

function isOutOfReach({ code, cause }: RegistryError): boolean {
  const errno = errnoOf(cause);
  if (code === 'CREDENTIAL_HELPER_FAILED') return errno === 'ENOENT';
  const isFile = code === 'CREDENTIALS_INVALID' || code === 'CERTIFICATES_INVALID';
  return isFile && (errno === 'EACCES' || errno === 'EPERM');
}
