import type { LogEntry } from '@ctrkit/engine';
import type { CollectedOutput } from './collected-output.ts';

/**
 * Writes the entries of a log, each to the output that it came from; with `timestamps` the time before every line. The
 * parts of a long line make one line. Throws what the entries and the outputs throw.
 */
export async function writeEntries(
  entries: AsyncIterable<LogEntry>,
  output: CollectedOutput,
  { timestamps }: { readonly timestamps: boolean },
): Promise<void> {
  const isWithinLine = { stdout: false, stderr: false };
  for await (const { stream, time, text, continues } of entries) {
    output.write(stream, timestamps && !isWithinLine[stream] ? `${time} ${text}` : text);
    isWithinLine[stream] = continues;
  }
  output.flush();
}
