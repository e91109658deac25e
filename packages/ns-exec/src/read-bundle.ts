import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '@ctrkit/oci';
import type { RuntimeSpec } from '@ctrkit/oci';
import { NsExecError } from './ns-exec-error.ts';

function invalid(path: string, what: string, cause?: unknown): NsExecError {
  return new NsExecError('BUNDLE_INVALID', `${path}: ${what}`, {
    cause,
    hint: 'a bundle is a directory with a config.json: rootfs bundle IMAGE DIR makes one',
  });
}

// What a wrong type would only show as a failing system call, far from its cause.
function checkShape(spec: RuntimeSpec, path: string): RuntimeSpec {
  const { process, mounts = [] } = spec;
  if (typeof spec.ociVersion !== 'string') throw invalid(path, 'no ociVersion');
  if (process === undefined) throw invalid(path, 'no process');
  if (typeof process.cwd !== 'string' || !process.cwd.startsWith('/')) {
    throw invalid(path, 'process.cwd is not an absolute path');
  }
  if (!Array.isArray(process.args) || process.args.length === 0) {
    throw invalid(path, 'process.args is empty');
  }
  if (!Number.isInteger(process.user?.uid) || !Number.isInteger(process.user?.gid)) {
    throw invalid(path, 'process.user has no uid and gid');
  }
  if (!mounts.every((mount) => mount.destination?.startsWith('/'))) {
    throw invalid(path, 'a mount without an absolute destination');
  }
  return spec;
}

/**
 * Reads the runtime spec of a bundle (bundle.md). Whoever writes a bundle may say what runs, so it is trusted with
 * paths of the host; its shape is checked. Throws BUNDLE_INVALID.
 */
export async function readBundle(bundle: string): Promise<RuntimeSpec> {
  const path = join(bundle, 'config.json');
  let value: unknown;
  try {
    value = parseJson(await readFile(path));
  } catch (cause) {
    throw invalid(path, 'cannot be read', cause);
  }
  if (typeof value !== 'object' || value === null) throw invalid(path, 'not an object');
  return checkShape(value as RuntimeSpec, path);
}

/** Throws ROOT_NOT_FOUND where a root directory is not there. */
export async function checkRoot(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new NsExecError('ROOT_NOT_FOUND', `${path}: no such directory`, {
    hint: 'rootfs unpack IMAGE DIR makes one',
  });
}
