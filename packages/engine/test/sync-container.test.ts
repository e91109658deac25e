import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loopDisk, needs } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, findContainer, forkContainer, openEngine } from '../src/index.ts';
import { readSpec } from '../src/bundle.ts';
import { networkFiles } from '../src/spec.ts';
import { canRun, importBusybox } from './world.ts';

if (canRun() && needs('loop-device')) {
  test('after a power cut a container that was made is whole, and so is its fork', async () => {
    await using disk = await loopDisk(64);
    const at = (path: string) => ({ root: join(path, 'root'), run: join(path, 'run') });
    const engine = openEngine(at(disk.path));
    const image = await importBusybox(engine, disk.path);
    const id = await createContainer(engine, image, { command: ['true'], name: 'made' });
    const fork = await forkContainer(engine, id);
    const own = await createContainer(engine, image, { command: ['true'], idCount: 10 });
    await using after = await disk.cut();
    const later = openEngine(at(after.path));
    assert.is(findContainer(later, 'made').id, id);
    // Two containers must not get the same ids, whatever the first one's maker lives on to say.
    const ids = String(findContainer(later, own).ownIds?.first);
    const claim = JSON.parse(readFileSync(join(later.root, 'ids', ids), 'utf8')) as { id: string };
    assert.is(claim.id, own);
    for (const each of [id, fork]) {
      assert.equal(findContainer(later, each).command, ['true']);
      assert.equal(readSpec(later, each), readSpec(engine, each));
      const [made, kept] = [engine, later].map(({ root }) => join(root, 'containers', each));
      for (const name of networkFiles) {
        assert.is(readFileSync(join(kept ?? '', name), 'utf8'), readFileSync(join(made ?? '', name), 'utf8')); // prettier-ignore
      }
      const [before, now] = [made, kept].map((path) => statSync(join(path ?? '', 'upper')).mode);
      assert.is(now, before);
    }
  });
}

test.run();
