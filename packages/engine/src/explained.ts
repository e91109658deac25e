import { explainSystemError } from '@ctrkit/durable';

/** Does something to a path; a full disk, a read-only one and missing rights are told as DurableError that names it. */
export function explained<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explainSystemError(error, path);
  }
}
