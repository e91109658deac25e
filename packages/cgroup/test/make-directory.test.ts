import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeParents } from '../src/make-directory.ts';

test('parents that others make and remove at any moment are made nevertheless', async () => {
  await using there = await temporaryDirectory();
  const parent = join(there.path, 'parent');
  const others = new Worker(
    `const { mkdirSync, rmdirSync } = require('node:fs');
    for (;;) for (const call of [mkdirSync, rmdirSync]) try { call(${JSON.stringify(parent)}); } catch {}`,
    { eval: true },
  );
  await once(others, 'online');
  for (let count = 0; count < 2000; count++) await makeParents(join(parent, 'child'));
  await others.terminate();
  await makeParents(join(parent, 'child'));
  assert.ok(existsSync(parent));
});

test.run();
