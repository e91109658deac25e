import * as assert from 'uvu/assert';

/** Waits for a rejection with that code and returns the error. */
export async function expectCode<T extends Error = Error & { code: string; hint?: string }>(
  promise: Promise<unknown>,
  code: string,
): Promise<T> {
  let error: unknown;
  try {
    await promise;
  } catch (thrown) {
    error = thrown;
  }
  assert.instance(error, Error, `expected a rejection with ${code}`);
  assert.is((error as { code?: string }).code, code, (error as Error).message);
  return error as T;
}

/** All chunks of a stream as one. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
