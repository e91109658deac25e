import { ensureLayers } from './src/index.ts';
import { openLayout, resolveImage } from '@ctrkit/layout';
const layout = await openLayout('/tmp/rfs/img');
const image = await resolveImage(layout, { name: 't' });
console.log(
  await ensureLayers(layout, image, { root: process.argv[2]!, onEvent: (e) => console.log(e) }),
);
