import type { SelectedEntry, Selection } from './source.ts';

const zeros = Buffer.alloc(64 * 1024);

function* holeOf(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= zeros.length) {
    yield zeros.subarray(0, Math.min(left, zeros.length));
  }
}

/** The bytes of a selected file, its holes as zeros. Throws CONTEXT_INVALID. */
export async function* bytesOfFile(
  selection: Selection,
  file: SelectedEntry,
): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const { offset, content } of selection.contents(file)) {
    yield* holeOf(offset - at);
    yield content;
    at = offset + content.length;
  }
  yield* holeOf(file.entry.size - at);
}
