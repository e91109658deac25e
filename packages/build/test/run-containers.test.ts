import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryName } from '@ctrkit/durable';
import { openEngine } from '@ctrkit/engine';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sweepRunContainers } from '../src/run-containers.ts';

test('what another build has swept meanwhile is swept', async () => {
  await using base = await temporaryDirectory();
  const engine = openEngine({ root: join(base.path, 'root'), run: join(base.path, 'run') });
  const directory = join(engine.root, 'build-cache/running');
  mkdirSync(directory, { recursive: true });
  // Of a process that is dead; listed, and not there when it is read.
  const name = basename(temporaryName('x')).replace(/^(\.tmp-\d+-)\d+/, '$11');
  symlinkSync('nowhere', join(directory, name));
  await sweepRunContainers(engine);
  assert.equal(readdirSync(directory), []);
});

test.run();
