const BATCH = 1024 * 1024;

/**
 * Hands a stream on in batches that are worth a system call, one at a time and in order, while the
 * next one is gathered: the chunks of a socket are small. When the source breaks off, what came before
 * is still handed on. Rejects with what the source or `take` throws.
 */
export async function inBatches(
  source: AsyncIterable<Uint8Array>,
  take: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  let taking = Promise.resolve();
  let pieces: Uint8Array[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pieces, length);
    [pieces, length] = [[], 0];
    await taking;
    taking = take(bytes);
    // Awaited with the next batch; until then a failure is nobody's unhandled rejection.
    taking.catch(() => undefined);
  };
  try {
    for await (const chunk of source) {
      pieces.push(chunk);
      length += chunk.length;
      if (length >= BATCH) await flush();
    }
  } finally {
    if (length > 0) await flush();
    await taking;
  }
}
