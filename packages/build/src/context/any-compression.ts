import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { errnoOf } from '@ctrkit/durable';
import { decodeBounded, decompress, peek, sniffCompression } from '@ctrkit/layout';
import { BuildError } from '../build-error.ts';

/** What docker unpacks and Node does not: by the program that every distribution has for it. */
const programs = [
  { program: 'xz', package: 'xz-utils', magic: 'fd377a585a00' },
  { program: 'bzip2', package: 'bzip2', magic: '425a68' },
] as const;

type Program = (typeof programs)[number];

const LONGEST_MAGIC = 6;
// A dictionary of xz may ask for more than a machine has.
const environment = { PATH: process.env['PATH'] ?? '', XZ_DEFAULTS: '--memlimit-decompress=1GiB' };

function missing({ program, package: from }: Program, cause: unknown): unknown {
  if (errnoOf(cause) !== 'ENOENT') return cause;
  return new BuildError(
    'CONTEXT_INVALID',
    `an archive of ${program} cannot be unpacked: ${program} is not installed`,
    {
      cause,
      hint: `install it (on Debian: apt install ${from}), or compress the archive with gzip or zstd`,
    },
  );
}

/** The output of `PROGRAM -dc` that is fed from a source. */
async function* through(kind: Program, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { program } = kind;
  const child = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'], env: environment });
  const ended = once(child, 'close');
  const fed = feed(child.stdin, source);
  try {
    await once(child, 'spawn').catch((error: unknown) => {
      throw missing(kind, error);
    });
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const [code] = (await ended) as [number | null];
    const failure = await fed;
    if (failure !== undefined) throw failure.error;
    if (code !== 0)
      throw new BuildError('CONTEXT_INVALID', `the archive is damaged, says ${program}`);
  } finally {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
    await fed;
  }
}

// Never rejects: what failed is told when the program has had its say.
async function feed(
  stdin: NodeJS.WritableStream,
  source: AsyncIterable<Buffer>,
): Promise<{ readonly error: unknown } | undefined> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    const done = (): void => {
      isClosed = true;
      resolve();
    };
    stdin.on('error', done).on('close', done);
  });
  try {
    for await (const chunk of source) {
      if (isClosed) return undefined;
      if (!stdin.write(chunk))
        await Promise.race([once(stdin, 'drain').catch(() => undefined), closed]);
    }
    stdin.end();
    return undefined;
  } catch (error) {
    stdin.end();
    return { error };
  }
}

/**
 * The bytes of a stream, decompressed where it is compressed by what docker knows: gzip, zstd, bzip2, xz. What would fill a disk is cut
 * off. Throws CONTEXT_INVALID, layout's LAYER_CORRUPT and LAYER_TOO_LARGE, what the source throws.
 */
export async function* decompressAny(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const { head, bytes } = await peek(source, LONGEST_MAGIC);
  const kind = programOf(head);
  if (kind !== undefined) yield* decodeBounded(bytes, (input) => through(kind, input));
  else {
    const sniffed = await sniffCompression(bytes);
    yield* decompress(sniffed.bytes, sniffed.compression);
  }
}

const programOf = (head: Buffer): Program | undefined =>
  programs.find(({ magic }) => head.toString('hex').startsWith(magic));

/** Whether a stream that begins so is compressed. */
export function isCompressed(head: Buffer): boolean {
  const hex = head.toString('hex', 0, LONGEST_MAGIC);
  return programOf(head) !== undefined || hex.startsWith('1f8b') || hex.startsWith('28b52ffd');
}
