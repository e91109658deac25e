import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listContainers, sweep } from '@ctrkit/engine';
import { listCachedSteps, openImageStore } from '@ctrkit/image-store';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, inBuildWorld } from './build-world.ts';
import type { BuildWorld } from './build-world.ts';

const program = `
const { buildImage, parseDockerfile } = await import('@ctrkit/build');
const { openEngine } = await import('@ctrkit/engine');
const [directories, text] = JSON.parse(process.argv[1]);
const dockerfile = parseDockerfile(Buffer.from(text), 'Dockerfile');
await buildImage(openEngine(directories), {
  dockerfile,
  names: ['made'],
  onEvent: (event) => event.type === 'output' && process.stdout.write(event.bytes),
});
`;

/** Builds in another process, which is killed when a RUN has written something. */
async function killed({ root, run }: BuildWorld, dockerfile: string): Promise<void> {
  const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];
  const given = JSON.stringify([{ root, run }, dockerfile]);
  const child = spawn(process.execPath, [...tsx, '--input-type=module', '-e', program, given], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'now') child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  assert.is(child.signalCode, 'SIGKILL');
}

const DOCKERFILE = `FROM busybox
RUN echo done > /done
RUN --mount=type=secret,id=x <<EOF
#!/bin/sh
echo now
[ -e /var/go ] || sleep 2
EOF
`;

if (canBuild()) {
  inBuildWorld(
    'a build that is killed keeps its finished steps, and the next one takes the rest away',
    async (world) => {
      await killed(world, DOCKERFILE);
      await sweep(world);
      const { layout } = await openImageStore(world);
      assert.is(listCachedSteps(layout).length, 1);
      assert.is(readdirSync(join(world.root, 'build-cache/running')).length, 1);
      const { made, cached } = await world.build(DOCKERFILE, { names: ['made'] });
      assert.ok(cached.includes('RUN echo done > /done'));
      assert.is(made.length, 1);
      assert.equal(listContainers(world), []);
      assert.ok(!existsSync(join(world.root, 'build-cache/binds')) || readdirSync(join(world.root, 'build-cache/binds')).length === 0); // prettier-ignore
    },
  );
}

test.run();
