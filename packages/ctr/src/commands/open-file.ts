import { createReadStream, fstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { CliError } from '@ctrkit/cli-kit';
import { errnoOf } from '@ctrkit/durable';

const CHUNK = 1024 * 1024;

/** A file as a stream, from an operand; a directory and one that is not there are told as docker does. */
export async function openFile(path: string): Promise<AsyncIterable<Buffer>> {
  try {
    const handle = await open(path);
    if (fstatSync(handle.fd).isDirectory()) {
      await handle.close();
      throw new CliError('USAGE', `read ${path}: is a directory`, { exitCode: 1, pointer: 'none' });
    }
    return createReadStream('', { fd: handle, highWaterMark: CHUNK });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    const text = `open ${path}: no such file or directory`;
    throw new CliError('USAGE', text, { exitCode: 1, pointer: 'none', cause: error });
  }
}
