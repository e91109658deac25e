import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, inBuildWorld } from '../build-world.ts';

if (canBuild()) {
  inBuildWorld(
    'WORKDIR is made inside the root, where there is none, as the user',
    async (world) => {
      const dockerfile = `FROM busybox
RUN ln -s ../../../../../tmp /escape && ln -s /etc /link
WORKDIR /escape/made
WORKDIR /link
WORKDIR deep/er
USER app
WORKDIR /own/dir
USER nobody-known
WORKDIR /other
`;
      await world.build(dockerfile, { names: ['made'] });
      const files = await world.files('made');
      assert.is(files.get('tmp/made')?.type, 'directory');
      assert.is(files.get('tmp')?.mode, 0o1777);
      assert.is(files.get('etc/deep/er')?.type, 'directory');
      assert.is(files.get('own/dir')?.uid, 1000);
      assert.is(files.get('other')?.uid, 0);
      const { config } = await world.image('made');
      assert.is(config.config.WorkingDir, '/other');
      const [made, there] = (config.history ?? []).slice(-7, -5);
      assert.is(made?.created_by, 'WORKDIR /escape/made');
      assert.is(there?.empty_layer, true, 'what is there already makes no layer');
      assert.equal((await world.build(dockerfile)).made, []);
    },
  );
}

test.run();
