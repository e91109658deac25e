import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { helperBeside } from './helper-beside.ts';
import { SyscallsError } from './syscalls-error.ts';

function resolved(specifier: string): string | undefined {
  try {
    const path = createRequire(import.meta.url).resolve(specifier);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The helper's path: the platform package that npm chose, else the one built in a checkout.
 * Throws HELPER_MISSING.
 */
export function helperPath(): string {
  const path =
    helperBeside(import.meta.dirname) ??
    resolved('@ctrkit/syscalls/ctr-helper') ??
    resolved(`@ctrkit/syscalls-linux-${process.arch}/ctr-helper`);
  if (path !== undefined) return path;
  throw new SyscallsError(
    'HELPER_MISSING',
    `no ctr-helper for ${process.platform} ${process.arch} beside @ctrkit/syscalls`,
    {
      hint: 'in a checkout: npm run build (needs a C compiler); else install without --omit=optional',
    },
  );
}
