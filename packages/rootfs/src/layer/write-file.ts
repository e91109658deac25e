import { invalidLayer } from '../rootfs-error.ts';
import type { TarReader } from '../tar/tar-reader.ts';
import { modifiedOf, ownedOf } from './entry-operations.ts';
import type { Made } from './entry-operations.ts';
import type { OperationSink } from './operation-sink.ts';

// Up to here, contents that lie in two chunks are joined, so that a file is one record.
const JOINED = 64 * 1024;

/** Makes a regular file of the reader's present entry; undefined where there is nothing to wait for. */
export function writeFile(
  made: Made,
  reader: TarReader,
  plan: OperationSink,
): Promise<void> | undefined {
  const { entry } = made;
  if (entry.sparse !== undefined || entry.stored > LARGEST) {
    return writeInParts(made, reader, plan);
  }
  const content = reader.restReady();
  if (content !== undefined) return writeWhole(made, content, plan);
  if (entry.stored > JOINED) return writeInParts(made, reader, plan);
  return reader.rest().then((joined) => writeWhole(made, joined, plan));
}

function writeWhole(made: Made, content: Buffer, plan: OperationSink): Promise<void> | undefined {
  const { entry, path } = made;
  plan.addContent({ op: 'make-file', path, ...ownedOf(made), ...modifiedOf(entry), content });
  return plan.flow();
}

// A record of the plan has a largest size.
const LARGEST = 4 * 1024 * 1024;

async function writeInParts(made: Made, reader: TarReader, plan: OperationSink): Promise<void> {
  const { entry, path } = made;
  const segments = entry.sparse?.segments ?? [{ offset: 0, length: entry.stored }];
  plan.add({ op: 'open-file', path });
  let at = 0;
  for (const { offset, length } of segments) {
    if (offset > at) plan.add({ op: 'hole', length: BigInt(offset - at) });
    await writeData(length, reader, plan);
    at = offset + length;
  }
  const size = BigInt(entry.size);
  plan.add({ op: 'close-file', size, ...ownedOf(made), ...modifiedOf(entry) });
  await plan.flow();
}

async function writeData(length: number, reader: TarReader, plan: OperationSink): Promise<void> {
  for (let left = length; left > 0;) {
    const content = await reader.piece(Math.min(left, LARGEST));
    if (content === undefined) throw invalidLayer('a sparse map does not fit its file');
    plan.addContent({ op: 'data', content });
    await plan.flow();
    left -= content.length;
  }
}
