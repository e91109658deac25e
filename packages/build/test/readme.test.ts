import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstExample, run } from '@ctrkit/testing';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { canBuild, inBuildWorld } from './build-world.ts';

const packageDirectory = join(import.meta.dirname, '..');

const settings = JSON.stringify({
  extends: '../../../../tsconfig.base.json',
  compilerOptions: { noEmit: true, composite: false, isolatedDeclarations: false },
  files: ['main.ts'],
});

if (canBuild()) {
  inBuildWorld('the example of the README compiles and builds', async (world) => {
    const source = (await firstExample('build'))
      .replaceAll('/var/lib/ctr', world.root)
      .replaceAll('/run/ctr', world.run);
    // Where its imports are found as those of a package here.
    await mkdir(join(packageDirectory, 'dist'), { recursive: true });
    const directory = await mkdtemp(join(packageDirectory, 'dist/readme-'));
    try {
      await writeFile(join(directory, 'main.ts'), source);
      await writeFile(join(directory, 'tsconfig.json'), settings);
      const checked = await run(['npx', 'tsc', '-p', directory], { cwd: packageDirectory });
      assert.is(checked.code, 0, checked.stdout);
      await world.write({ 'src/file': 'x' });
      const args = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'] as const;
      const ran = await run([process.execPath, ...args, join(directory, 'main.ts')], { cwd: world.context }); // prettier-ignore
      assert.is(ran.code, 0, ran.stderr);
      const { id, config } = await world.image('app:2');
      assert.is(ran.stdout, `${id}\n`);
      assert.equal(config.config.Labels, { team: 'x' });
      assert.is(await world.read('app:2', 'app/artifact'), 'built\n');
      assert.ok((await world.files('app:2')).has('app/file'));
    } finally {
      await rm(directory, { recursive: true });
    }
  });
}

test.run();
