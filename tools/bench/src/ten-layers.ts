import { busyboxConfig, busyboxEntries, tarOf } from '@ctrkit/testing';
import type { ImageParts, TarEntry } from '@ctrkit/testing';
import { randomNumbers } from './random.ts';
import type { RandomNumbers } from './random.ts';

const LAYERS = 10;
/** Of files, over all layers. */
const BYTES = 293_000_000;
const FOLDERS = 24;
const WORDS = 2048;

function vocabulary(random: RandomNumbers): Buffer[] {
  return Array.from({ length: WORDS }, () => {
    const letters = Array.from({ length: 3 + random.below(7) }, () => 97 + random.below(26));
    return Buffer.from([...letters, 32]);
  });
}

/** Words by chance: gzip makes of them about what it makes of a Debian system. */
function content(size: number, words: readonly Buffer[], random: RandomNumbers): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    // A few bytes that nothing foretells, as in programs.
    if (random.below(8) === 0) at = bytes.writeUInt32LE(random.next(), Math.min(at, size - 4));
    const word = words[random.below(WORDS)];
    at += word?.copy(bytes, at) ?? size;
  }
  return bytes;
}

/** Most files are small, most bytes are in large ones: between 256 bytes and 512 KiB, evenly over the powers of two. */
const fileSize = (random: RandomNumbers): number =>
  Math.floor(2 ** (8 + random.below(11_000) / 1000));

function layer(number: number, words: readonly Buffer[], random: RandomNumbers): Buffer {
  const root = `usr/share/layer-${number}`;
  const folders = Array.from({ length: FOLDERS }, (_, folder) => `${root}/${folder}`);
  const entries: TarEntry[] = ['usr', 'usr/share', root, ...folders].map((path) => ({
    path: `${path}/`,
    type: 'Directory',
  }));
  let left = Math.ceil(BYTES / (LAYERS - 1));
  for (let file = 0; left > 0; file += 1) {
    const size = Math.max(256, Math.min(left, fileSize(random)));
    const path = `${folders[file % FOLDERS]}/file-${file}`;
    entries.push({ path, type: 'File', content: content(size, words, random) });
    left -= size;
  }
  return tarOf(entries);
}

/** The parts of an image of ten layers, the same each time, with busybox in the lowest. Needs `command:busybox`. */
export async function tenLayers(): Promise<ImageParts> {
  const random = randomNumbers(0x5eed);
  const words = vocabulary(random);
  const layers = Array.from({ length: LAYERS - 1 }, (_, number) =>
    layer(number + 1, words, random),
  );
  return { layers: [tarOf(await busyboxEntries()), ...layers], config: busyboxConfig };
}
