import * as assert from 'uvu/assert';
import { CliError, type CliErrorCode } from '../src/index.ts';

/** The CliError that a call fails with; fails when there is none, or one with another code. */
export async function refusal(code: CliErrorCode, call: () => unknown): Promise<CliError> {
  try {
    await call();
  } catch (error) {
    assert.instance(error, CliError);
    assert.is((error as CliError).code, code);
    return error as CliError;
  }
  return assert.unreachable(`expected ${code}`) as never;
}
