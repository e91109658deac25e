import { parseTimeArgument } from '@ctrkit/cli-kit';

/** A moment as docker's `--filter until` takes it: a time, or how long ago. Throws an Error in docker's words. */
export function moment(text: string): Date {
  return new Date(Number(parseTimeArgument(text) / 1_000_000n));
}
