import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { encodePlan } from './encode.ts';
import { helperPath } from './helper-path.ts';
import type { Mode } from './operations/fields.ts';
import type { Operation } from './operations/index.ts';

/**
 * Starts a helper that carries out a short plan in a session of its own and outlives this process; nobody
 * learns how it ends. For work whose failure only means that it is done again. Throws PLAN_INVALID,
 * HELPER_MISSING.
 */
export function runDetached(mode: Mode, plan: readonly Operation[]): void {
  const nobody = openSync('/dev/null', 'w');
  const child = spawn(helperPath(), [mode], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', nobody],
    env: {},
    cwd: '/',
    detached: true,
  });
  closeSync(nobody);
  child.on('error', () => {});
  const records = child.stdio[3] as Writable & { unref?: () => void };
  records.on('error', () => {});
  // Short: the kernel takes it at once, and it is there when this process is not any more.
  records.end(encodePlan(plan));
  child.unref();
  records.unref?.();
}
