import { gzipSync } from 'node:zlib';
import { decompress, verifyStream } from '@ctrkit/layout';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chunksOf, codeOf, collect, identityOf, noise, piecesOf } from './helpers.ts';
import { rejection } from './rejection.ts';

// By address: what is not exported is no part of the types that tests see.
const { decodeWithFzstd, unzstd } = (await import(
  new URL('../src/unzstd.ts', import.meta.url).href
)) as {
  decodeWithFzstd: unknown;
  unzstd: (source: AsyncIterable<Buffer>, decoder: unknown) => AsyncIterable<Buffer>;
};

async function zstd(bytes: Buffer, ...options: string[]): Promise<Buffer> {
  const { code, output, stderr } = await run(['zstd', '-q', '-c', ...options], { input: bytes });
  assert.is(code, 0, stderr);
  return output;
}

const text = Buffer.from('hello, layer\n'.repeat(50_000));
const mixed = Buffer.concat([text, noise(700_000), text]);

test('plain bytes stay as they are, also none at all', async () => {
  assert.ok((await collect(decompress(piecesOf(mixed, 1000), 'none'))).equals(mixed));
  assert.is((await collect(decompress(chunksOf(), 'none'))).length, 0);
});

for (const length of [1, 17, 65_536, 10_000_000]) {
  const source = length === 1 ? text : mixed;
  test(`gzip in pieces of ${length}`, async () => {
    const plain = await collect(decompress(piecesOf(gzipSync(source), length), 'gzip'));
    assert.ok(plain.equals(source));
  });
}

test('gzip of several members, as pigz, bgzip and eStargz write it', async () => {
  const members = Buffer.concat([gzipSync(text), gzipSync(Buffer.alloc(0)), gzipSync(mixed)]);
  for (const length of [13, 100_000, 10_000_000]) {
    const plain = await collect(decompress(piecesOf(members, length), 'gzip'));
    assert.ok(plain.equals(Buffer.concat([text, mixed])));
  }
});

test('zero padding after gzip is passed over, however long, and the source read to its end', async () => {
  const padded = Buffer.concat([gzipSync(text), Buffer.alloc(3_000_000)]);
  const source = verifyStream(identityOf(padded))(piecesOf(padded, 65_536));
  assert.ok((await collect(decompress(source, 'gzip'))).equals(text));
  const damaged = verifyStream(identityOf(noise(padded.length)))(piecesOf(padded, 65_536));
  assert.is(await codeOf(collect(decompress(damaged, 'gzip'))), 'DIGEST_MISMATCH');
});

const broken: Record<string, Buffer> = {
  'nothing at all': Buffer.alloc(0),
  'cut short': gzipSync(mixed).subarray(0, -500),
  'without its trailer': gzipSync(text).subarray(0, -8),
  'with another checksum': Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8)]),
  'no gzip': noise(100_000),
  'with rubbish after it': Buffer.concat([gzipSync(text), noise(100_000)]),
};

for (const [what, bytes] of Object.entries(broken)) {
  test(`gzip that is ${what} is corrupt`, async () => {
    assert.is(await codeOf(collect(decompress(piecesOf(bytes, 65_536), 'gzip'))), 'LAYER_CORRUPT');
  });
}

for (const compression of ['gzip', 'zstd'] as const) {
  test(`damaged ${compression} that is also verified is reported as damaged, not as badly made`, async () => {
    const damaged = noise(1_000_000);
    const source = verifyStream(identityOf(noise(1_000_000, 'other')))(piecesOf(damaged, 65_536));
    assert.is(await codeOf(collect(decompress(source, compression))), 'DIGEST_MISMATCH');
  });

  test(`an error of the source of ${compression} comes through as it is`, async () => {
    const failure = new Error('reset');
    async function* failing(): AsyncGenerator<Buffer> {
      yield gzipSync(mixed).subarray(0, 0);
      throw failure;
    }
    assert.is(await rejection(collect(decompress(failing(), compression))), failure);
  });
}

test('the caller may set the limit, and reach it exactly', async () => {
  const bytes = gzipSync(text);
  const within = await collect(decompress(chunksOf(bytes), 'gzip', { maxBytes: text.length }));
  assert.is(within.length, text.length);
  const beyond = collect(decompress(chunksOf(bytes), 'gzip', { maxBytes: text.length - 1 }));
  assert.is(await codeOf(beyond), 'LAYER_TOO_LARGE');
});

test('leaving early lets go of the source', async () => {
  let closed = 0;
  async function* source(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield gzipSync(mixed);
    } finally {
      closed += 1;
    }
  }
  for await (const chunk of decompress(source(), 'gzip')) {
    assert.ok(chunk.length > 0);
    break;
  }
  assert.is(closed, 1);
});

if (needs('command:zstd')) {
  const decoders = {
    'the decoder of this Node': (source: AsyncIterable<Buffer>) => decompress(source, 'zstd'),
    fzstd: (source: AsyncIterable<Buffer>) => unzstd(source, decodeWithFzstd),
  };

  for (const [name, decode] of Object.entries(decoders)) {
    test(`${name}: zstd of any level, with and without checksum and size`, async () => {
      const variants = [['-1'], ['-19'], ['--no-check'], ['--no-content-size'], ['--long=27']];
      for (const options of variants) {
        const bytes = await zstd(mixed, ...options);
        for (const length of [4096, 10_000_000]) {
          assert.ok((await collect(decode(piecesOf(bytes, length)))).equals(mixed), options.join());
        }
      }
    });

    test(`${name}: empty, tiny, and byte by byte`, async () => {
      for (const plain of [Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(300_000), text]) {
        const bytes = await zstd(plain);
        assert.ok((await collect(decode(piecesOf(bytes, 1)))).equals(plain));
      }
    });

    test(`${name}: many frames with skippable ones between, as zstd:chunked writes it`, async () => {
      const skippable = Buffer.alloc(8 + 1000);
      skippable.writeUInt32LE(0x184d2a57);
      skippable.writeUInt32LE(1000, 4);
      const [one, two] = [await zstd(text), await zstd(mixed, '--no-content-size')];
      const all = Buffer.concat([skippable, one, skippable, two, one, skippable]);
      for (const length of [333, 10_000_000]) {
        const plain = await collect(decode(piecesOf(all, length)));
        assert.ok(plain.equals(Buffer.concat([text, mixed, text])));
      }
    });

    test(`${name}: matches farther back than one block, in a window of 32 MiB`, async () => {
      const far = Buffer.concat([noise(12_000_000), noise(1_000_000)]);
      const bytes = await zstd(far, '--long=25');
      assert.ok(bytes.length < 12_500_000);
      assert.ok((await collect(decode(piecesOf(bytes, 1_000_000)))).equals(far));
    });

    test(`${name}: what is broken is corrupt`, async () => {
      const bytes = await zstd(mixed);
      const flipped = Buffer.from(await zstd(text));
      flipped.fill(0xff, 12, 40);
      const wrong: Record<string, Buffer> = {
        'cut in a block': bytes.subarray(0, -2000),
        'cut in the header': bytes.subarray(0, 5),
        'cut in the checksum': bytes.subarray(0, -1),
        'no zstd': noise(1000),
        'rubbish after it': Buffer.concat([bytes, noise(1000)]),
        flipped,
      };
      for (const [what, source] of Object.entries(wrong)) {
        assert.is(await codeOf(collect(decode(piecesOf(source, 65_536)))), 'LAYER_CORRUPT', what);
      }
    });

    test(`${name}: ten thousand tiny frames that claim 128 MiB each cost little`, async () => {
      const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, 9, 0, 0, 0x78]);
      const bytes = Buffer.concat(Array.from({ length: 10_000 }, () => frame));
      const before = process.memoryUsage.rss();
      const plain = await collect(decode(chunksOf(bytes) as AsyncIterable<Buffer>));
      assert.is(plain.toString(), 'x'.repeat(10_000));
      assert.ok(process.memoryUsage.rss() - before < 300_000_000);
    });
  }

  test('a zstd bomb is stopped', async () => {
    const bomb = await zstd(Buffer.alloc(400_000_000), '-19');
    assert.is(await codeOf(collect(decompress(chunksOf(bomb), 'zstd'))), 'LAYER_TOO_LARGE');
  });

  test('a window over 128 MiB is refused before memory is', async () => {
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3, 9, 0, 0, 0x78]);
    assert.is(await codeOf(collect(decompress(chunksOf(header), 'zstd'))), 'LAYER_TOO_LARGE');
    assert.is(await codeOf(collect(decompress(chunksOf(), 'zstd'))), 'LAYER_CORRUPT');
  });
}

test.run();
