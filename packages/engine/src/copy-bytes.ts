import type { CopyRecord } from '@ctrkit/rootfs';

const BLOCK = 512;
const END = 2 * BLOCK;

const blocks = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** Passes on what is copied, and tells how many bytes of an archive it is so far, as docker counts. */
export async function* countedCopy(
  records: AsyncIterable<CopyRecord>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<CopyRecord> {
  let [finished, size, at] = [END, 0, 0];
  for await (const record of records) {
    if (record.kind === 'entry') {
      finished += BLOCK + blocks(size);
      [size, at] = [record.size, 0];
    } else at = Math.min(size, record.offset + record.content.length);
    onBytes?.(finished + at);
    yield record;
  }
  onBytes?.(finished + blocks(size));
}
