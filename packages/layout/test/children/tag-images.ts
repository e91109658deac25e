// Records so many names in a layout, all of the one manifest that it holds.
import { openLayout, readIndex, tagManifest } from '@ctrkit/layout';

const [directory = '', prefix = '', times = '0'] = process.argv.slice(2);
const layout = await openLayout(directory);
const [first] = (await readIndex(layout)).manifests;
if (first === undefined) throw new Error('the layout is empty');
for (let n = 0; n < Number(times); n += 1) {
  await tagManifest(layout, `${prefix}-${n}`, first);
  process.stdout.write(`${n}\n`);
}
