import { Child } from './child/child.ts';
import { Outlet } from './child/outlet.ts';
import { encodePlan } from './encode.ts';
import type { Mode } from './operations/fields.ts';
import type { Operation } from './operations/index.ts';

/**
 * Starts a helper that carries out a short plan in a session of its own and outlives this process; nobody
 * learns how it ends. For work whose failure only means that it is done again. Throws PLAN_INVALID,
 * HELPER_MISSING.
 */
export function runDetached(mode: Mode, plan: readonly Operation[]): void {
  const records = encodePlan(plan);
  const child = new Child(mode, ['ignore', 'ignore', 'ignore', 'pipe', 'ignore'], {
    directory: '/',
    session: true,
  });
  const outlet = new Outlet(child.addon, child.end(3));
  void outlet.write([records]);
  outlet.end();
  child.unref();
}
