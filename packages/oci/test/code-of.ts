import { OciError } from '@ctrkit/oci';

/** The error that `run` throws; fails when it throws nothing or an error of another class. */
export function errorOf(run: () => unknown): OciError {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    if (error instanceof OciError) return error;
    throw error;
  }
  throw new Error(`expected an OciError, got ${JSON.stringify(value)}`);
}

/** The code of the error that `run` throws. */
export function codeOf(run: () => unknown): string {
  return errorOf(run).code;
}
