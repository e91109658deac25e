/** Uses the layers of an image again and again, as a start of a container does: argv is layout, root, how often. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { claimLayers, ensureLayers } from '@ctrkit/rootfs';

const [source = '', root = '', count = ''] = process.argv.slice(2);
const layout = await openLayout(source);
const image = await resolveImage(layout);
for (let round = 0; round < Number(count); round++) {
  {
    using claim = await claimLayers(root, image);
    const directories = await ensureLayers(layout, image, { root, claim });
    for (let look = 0; look < 5; look++) {
      for (const directory of directories) readFileSync(join(directory, 'file'));
      await sleep(2);
    }
  }
  // Now and then nobody has them.
  await sleep(10 + (process.pid % 7));
}
