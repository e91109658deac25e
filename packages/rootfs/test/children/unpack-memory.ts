// Unpacks the image of a layout, and says how many bytes of buffers there were at most at a time.
import { openLayout, resolveImage } from '@ctrkit/layout';
import { unpackImage } from '@ctrkit/rootfs';

const [place = '', target = ''] = process.argv.slice(2);
let most = 0;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage().arrayBuffers);
}, 1);
const layout = await openLayout(place);
await unpackImage(layout, await resolveImage(layout), target);
clearInterval(timer);
process.stdout.write(`${most}\n`);
