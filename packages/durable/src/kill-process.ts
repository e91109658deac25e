import { isAlive } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import { errnoOf } from './system-error.ts';

/**
 * Sends SIGKILL to that very process, and to no other that has its number. False where it has ended already, or is
 * another user's.
 */
export function killProcess(identity: ProcessIdentity): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) === 'ESRCH' || errnoOf(error) === 'EPERM') return false;
    throw error;
  }
}
