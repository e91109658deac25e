import { ArchiveWriter, inChunks } from '../tar/archive-writer.ts';
import type { CopyRecord } from './copy-record.ts';

async function* parts(records: AsyncIterable<CopyRecord>): AsyncGenerator<Iterable<Buffer>> {
  const archive = new ArchiveWriter();
  for await (const record of records) {
    yield record.kind === 'entry' ? archive.entry(record) : archive.data(record);
  }
  yield archive.end();
}

/** What is copied as an uncompressed tar archive. Throws what the records throw. */
export const writeArchive = (records: AsyncIterable<CopyRecord>): AsyncGenerator<Buffer> =>
  inChunks(parts(records));
