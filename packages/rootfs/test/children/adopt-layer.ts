/** Makes DIR/upper, above DIR/low, a layer of the store DIR/root, then unpacks its blob into DIR/again: argv is DIR. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, readBlob } from '@ctrkit/layout';
import { adoptLayer, unpackInto } from '@ctrkit/rootfs';

const [base = ''] = process.argv.slice(2);
const root = join(base, 'root');
await mkdir(root, { recursive: true });
const layout = await openLayout(root, { create: true });
process.stdout.write('begin\n');
const layer = await adoptLayer({
  root,
  layout,
  upper: join(base, 'upper'),
  lowers: [join(base, 'low')],
});
if (layer === undefined) throw new Error('nothing has changed');
await mkdir(join(base, 'again'));
await unpackInto(readBlob(layout, layer.descriptor), {
  diffId: layer.diffId,
  compression: 'gzip',
  directory: join(base, 'again'),
});
process.stdout.write(`${layer.directory}\n`);
