import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decompress } from '@ctrkit/layout';
import { BuildError } from '../build-error.ts';

const BLOCK = 512;

const magics: readonly {
  readonly magic: string;
  readonly name: 'gzip' | 'zstd' | 'bzip2' | 'xz';
}[] = [
  { magic: '1f8b', name: 'gzip' },
  { magic: '28b52ffd', name: 'zstd' },
  { magic: '425a68', name: 'bzip2' },
  { magic: 'fd377a585a00', name: 'xz' },
];

/** The beginning of a stream, and the whole of it. */
async function peek(
  source: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  // prettier-ignore
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield Buffer.from(next.value);
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, all: all() };
}

// Of these Node has none.
async function* byProgram(name: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const child = spawn(name, ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => undefined);
  const sent = pipeline(Readable.from(source), child.stdin).catch(() => undefined);
  const ended = once(child, 'close') as Promise<[number | null]>;
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    await sent;
    const [code] = await Promise.race([ended, failed]);
    if (code !== 0) throw new BuildError('CONTEXT_INVALID', `${name}: the archive is damaged`);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new BuildError('CONTEXT_INVALID', `ADD: ${name} is needed to unpack the archive, and is not there`, { cause }); // prettier-ignore
  } finally {
    child.kill('SIGKILL');
  }
}

function decompressed(head: Buffer, all: AsyncGenerator<Buffer>): AsyncIterable<Buffer> {
  const name = magics.find(({ magic }) => head.toString('hex').startsWith(magic))?.name ?? 'none';
  return name === 'bzip2' || name === 'xz' ? byProgram(name, all) : decompress(all, name);
}

/** Whether a block is the header of a tar entry: its checksum is that of its bytes. */
function isTarHeader(block: Buffer): boolean {
  const written = Number.parseInt(block.toString('latin1', 148, 156).replaceAll(/[\0 ]/g, ''), 8);
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return block.length === BLOCK && written === sum;
}

/** The bytes of a tar archive, whatever compresses it; undefined where it is none, as docker tells: by what is in it. */
export async function archiveBytes(
  source: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Buffer> | undefined> {
  // prettier-ignore
  const { head, all } = await peek(source, BLOCK);
  const isPlain = !magics.some(({ magic }) => head.toString('hex').startsWith(magic));
  if (isPlain && !isTarHeader(head.subarray(0, BLOCK))) {
    await all.return(undefined);
    return undefined;
  }
  if (isPlain) return all;
  const inner = await peek(decompressed(head, all), BLOCK).catch(() => undefined);
  if (inner !== undefined && isTarHeader(inner.head.subarray(0, BLOCK))) return inner.all;
  await inner?.all.return(undefined);
  return undefined;
}
