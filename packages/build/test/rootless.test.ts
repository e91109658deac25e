import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asUser, makeBusyboxLayout, needs, unprivilegedUser, userDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const DOCKERFILE = `FROM busybox AS a
RUN id -u > /id && mkdir /d && rm -r /home
WORKDIR /work
COPY --chown=7:8 --chmod=640 file .
FROM busybox
COPY --from=a /id /work /all/
RUN --mount=type=cache,target=/c --mount=type=bind,target=/b cat /b/file /all/id && stat -c %a /all/file
CMD ["x"]
`;

const program = `
const { buildImage, openDirectoryContext, parseDockerfile } = await import('@ctrkit/build');
const { openEngine } = await import('@ctrkit/engine');
const { openImageStore } = await import('@ctrkit/image-store');
const [home, text] = JSON.parse(process.argv[1]);
const engine = openEngine({ root: home + '/root', run: home + '/run/ctr' });
await (await openImageStore(engine)).import(home + '/layout', { name: 'busybox' });
for (const time of [1, 2]) {
  const cacheDirectory = engine.root + '/build-cache';
  const context = await openDirectoryContext(home + '/context', { cacheDirectory });
  let made = 0;
  const { imageId } = await buildImage(engine, {
    dockerfile: parseDockerfile(Buffer.from(text), 'Dockerfile'),
    context,
    names: ['made'],
    onEvent: (event) => {
      if (event.type === 'output') process.stdout.write(event.bytes);
      if (event.type === 'step-done' && !event.isCached) made += 1;
    },
  });
  await context[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
  console.log(made);
}
`;

if (needs('user-namespaces', 'overlay-rootless', 'file:/bin/busybox')) {
  test('a normal user builds too, in a user namespace', async () => {
    await using home = await userDirectory();
    const { uid, gid } = unprivilegedUser();
    await makeBusyboxLayout(join(home.path, 'layout'));
    await mkdir(join(home.path, 'context'));
    await writeFile(join(home.path, 'context/file'), 'contents\n');
    for (const path of ['context', 'context/file']) await chown(join(home.path, path), uid, gid);
    const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];
    const given = JSON.stringify([home.path, DOCKERFILE]);
    const command = [
      process.execPath,
      ...tsx,
      '--input-type=module',
      '-e',
      program,
      given,
    ] as const;
    const { code, stdout, stderr } = await asUser(command, {
      home: home.path,
      cwd: import.meta.dirname,
    });
    assert.is(code, 0, stderr);
    assert.is(stdout, 'contents\n0\n640\n6\n0\n');
  });
}

test.run();
