import type { Contender, Sample } from './contender.ts';
import { execute } from './execute.ts';
import { forgetPeak, readPeak, timeCommand, watched } from './peak-memory.ts';

/**
 * Runs a contender once. Its time goes from before the process is started until it has ended. Rejects when it fails,
 * with the last line that it said.
 */
export async function measure(contender: Contender, signal: AbortSignal): Promise<Sample> {
  const { command, env, before, memory } = contender;
  await before?.();
  const daemon = typeof memory === 'object' ? memory.daemon : undefined;
  if (daemon !== undefined) await forgetPeak(daemon);
  const own = memory === 'command' && timeCommand !== undefined;
  const { milliseconds, stderr } = await execute(own ? watched(command) : command, { env, signal });
  const bytes = await readPeak({ daemon, stderr: own ? stderr : '' });
  return { milliseconds, ...(bytes === undefined ? {} : { bytes }) };
}
