// Writes one blob after another into a layout until it is killed; says so after each.
import { openLayout, writeBlob } from '@ctrkit/layout';
import { noise } from '../helpers.ts';

const [directory = '', size = '0'] = process.argv.slice(2);
const layout = await openLayout(directory, { create: true });

async function* slowly(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    await new Promise((resolve) => setImmediate(resolve));
    yield bytes.subarray(at, at + 65_536);
  }
}

for (let round = 0; ; round += 1) {
  const { digest } = await writeBlob(layout, undefined, slowly(noise(Number(size), `${round}-`)));
  process.stdout.write(`${digest}\n`);
}
