import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeImageLayout, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { when } from './helpers.ts';

const asRoot = when(needs('root'));
const child = fileURLToPath(new URL('children/unpack-memory.ts', import.meta.url));
const MEBIBYTE = 1 << 20;

for (const compression of ['gzip', 'none'] as const) {
  asRoot(`of a large layer little is in memory at a time: ${compression}`, async () => {
    await using base = await temporaryDirectory();
    const files = Array.from({ length: 24 }, (_, index) => ({
      path: `f${index}`,
      type: 'File' as const,
      content: randomBytes(4 * MEBIBYTE),
    }));
    const place = join(base.path, 'layout');
    await makeImageLayout(place, { layers: [tarOf(files)], compression });
    const script = [child, place, join(base.path, 'target')];
    const flags = ['--import', 'tsx', '--conditions=@ctrkit/source'];
    const { stdout } = await run([process.execPath, ...flags, ...script]);
    // What waits to be collected would be 32 MiB and more.
    assert.ok(Number(stdout) < 24 * MEBIBYTE, `${stdout} bytes`);
    assert.ok(Number(stdout) > MEBIBYTE, 'nothing was measured');
  });
}

test.run();
