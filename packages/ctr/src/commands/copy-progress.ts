import { resolve } from 'node:path';
import { formatBytes } from '@ctrkit/cli-kit';
import type { Context } from '@ctrkit/cli-kit';

const PAUSE_MS = 250;
const ERASE_LINE = '\r\x1b[2K';

interface ShownCopy {
  /** Copies, and says how far it is and that it succeeded. */
  during(copy: (onBytes: (bytes: number) => void) => Promise<void>): Promise<void>;
}

/** Docker's lines about a copy, on stderr; how far it is only where that is a terminal. */
export function showCopy(
  direction: 'from' | 'to',
  destination: string,
  quiet: boolean,
  { stderr }: Pick<Context, 'stderr'>,
): ShownCopy {
  const isLive = !quiet && stderr.isTerminal;
  let [bytes, shownAt] = [0, 0];
  const show = (now: number): void => {
    if (!isLive || Date.now() - shownAt < PAUSE_MS) return;
    shownAt = Date.now();
    stderr.write(`${ERASE_LINE}Copying ${direction} container - ${formatBytes(now)}`);
  };
  return {
    async during(copy) {
      try {
        show(0);
        await copy((now) => show((bytes = now)));
      } finally {
        if (isLive) stderr.write(ERASE_LINE);
      }
      const place = direction === 'from' ? resolve(destination) : destination;
      if (!quiet) stderr.write(`Successfully copied ${formatBytes(bytes)} to ${place}\n`);
    },
  };
}
