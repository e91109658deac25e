const MOST_WAITING = 4 * 1024 * 1024;

/** A stream that one side fills and the other reads, with about 4 MiB between them. */
export interface Channel {
  readonly stream: AsyncIterable<Buffer>;
  /** Resolves when there is room for more; at once when nobody reads any more. */
  push(batch: readonly Buffer[]): Promise<void>;
  end(): void;
  /** The reader gets what is there already, then this error. */
  fail(error: unknown): void;
}

/** Makes a channel for one writer and one reader. */
export function createChannel(): Channel {
  let waiting: Buffer[] = [];
  // What the reader is at, last first.
  let taken: Buffer[] = [];
  let bytes = 0;
  let over: { error?: unknown } | undefined;
  let abandoned = false;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;

  const finish = (how: { error?: unknown }): void => {
    over ??= how;
    wakeReader?.();
  };
  const next = (): Buffer | undefined => {
    if (taken.length === 0) {
      taken = waiting.toReversed();
      waiting = [];
    }
    return taken.pop();
  };
  async function* read(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const chunk = next();
        if (chunk !== undefined) {
          bytes -= chunk.length;
          if (bytes < MOST_WAITING) wakeWriter?.();
          yield chunk;
        } else if (over === undefined) {
          await new Promise<void>((resolve) => (wakeReader = resolve));
        } else if ('error' in over) throw over.error;
        else return;
      }
    } finally {
      abandoned = true;
      waiting = [];
      taken = [];
      wakeWriter?.();
    }
  }
  return {
    stream: read(),
    push: async (batch) => {
      if (abandoned) return;
      for (const chunk of batch) {
        bytes += chunk.length;
        waiting.push(chunk);
      }
      wakeReader?.();
      if (bytes >= MOST_WAITING) await new Promise<void>((resolve) => (wakeWriter = resolve));
    },
    end: () => finish({}),
    fail: (error) => finish({ error }),
  };
}
