import { formatBytes } from '@ctrkit/cli-kit';
import type { Context } from '@ctrkit/cli-kit';

const PAUSE_MS = 250;
const ERASE_LINE = '\r\x1b[2K';

export interface CopyWords {
  /** `Copying to container` */
  readonly header: string;
  readonly destination: string;
  readonly quiet: boolean;
}

/**
 * Copies, and tells of it on stderr in docker's words: how far it is, where that is a terminal, and that it succeeded.
 */
export async function showCopy(
  { header, destination, quiet }: CopyWords,
  { stderr }: Pick<Context, 'stderr'>,
  copy: (onBytes: (bytes: number) => void) => Promise<void>,
): Promise<void> {
  const isLive = !quiet && stderr.isTerminal;
  let [bytes, shownAt] = [0, 0];
  const show = (now: number): void => {
    bytes = now;
    if (!isLive || Date.now() - shownAt < PAUSE_MS) return;
    shownAt = Date.now();
    stderr.write(`${ERASE_LINE}${header} - ${formatBytes(now)}`);
  };
  try {
    show(0);
    await copy(show);
  } finally {
    if (isLive) stderr.write(ERASE_LINE);
  }
  if (!quiet) stderr.write(`Successfully copied ${formatBytes(bytes)} to ${destination}\n`);
}
