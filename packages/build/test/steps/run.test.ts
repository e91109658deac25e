import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, failureOf, inBuildWorld } from '../build-world.ts';

/** Whether any file below a directory has these bytes in it. */
function isIn(directory: string, text: string): boolean {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).some((entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() && statSync(path).size < 1e6 && readFileSync(path).includes(text);
  });
}

if (canBuild()) {
  inBuildWorld(
    'the user, the directory, the shell and the variables are those of the stage',
    async (world) => {
      const dockerfile = `FROM busybox
ENV A=1 HOME2=x
ARG B=2
USER app
WORKDIR /made/by/user
RUN echo "$(id -un) $PWD $A $B $(hostname)"
RUN ["env"]
SHELL ["/bin/sh", "-e", "-c"]
RUN false; echo unreachable
`;
      const events: string[] = [];
      const error = await failureOf(() =>
        world.build(dockerfile, {
          onEvent: (event) => {
            if (event.type === 'output') events.push(Buffer.from(event.bytes).toString());
          },
        }),
      );
      const [said, ...env] = events.join('').trim().split('\n');
      assert.is(said, 'app /made/by/user 1 2 buildkitsandbox');
      assert.equal(
        new Set(env.map((one) => one.split('=')[0])),
        new Set(['PATH', 'A', 'HOME2', 'B', 'HOME']),
      );
      assert.is(error.exitCode, 1);
    },
  );

  inBuildWorld('a program that is not there is an error of the Dockerfile', async (world) => {
    const error = await failureOf(() => world.build('FROM busybox\nRUN ["/nosuch"]\n'));
    assert.is(error.code, 'STEP_FAILED');
    assert.is(error.exitCode, 127);
  });

  inBuildWorld('scripts: for the shell, and programs of their own', async (world) => {
    const dockerfile = `FROM busybox
RUN <<EOF
echo one
echo two
EOF
RUN <<EOF
#!/bin/cat
printed
EOF
RUN cat <<A && cat <<B
a
A
b
B
`;
    const { output } = await world.build(dockerfile, { names: ['made'] });
    assert.is(output, 'one\ntwo\n#!/bin/cat\nprinted\na\nb\n');
    const { config } = await world.image('made');
    assert.equal(config.rootfs.diff_ids.length, 1, 'nothing changed, so there is no layer');
  });

  inBuildWorld(
    'a volume of the base is no volume of RUN, and what it writes stays',
    async (world) => {
      await world.build(
        'FROM busybox\nVOLUME /data\nRUN mkdir /data && echo kept > /data/x\nRUN echo more >> /data/x\n',
        { names: ['made'] },
      );
      assert.is(await world.read('made', 'data/x'), 'kept\nmore\n');
    },
  );

  inBuildWorld('what is removed is gone', async (world) => {
    await world.build('FROM busybox\nRUN rm -r /home && mkdir /home && echo x > /home/new && rm /etc/group\n', { names: ['made'] }); // prettier-ignore
    const files = await world.files('made');
    assert.not.ok(files.has('home/app'));
    assert.ok(files.has('home/new'));
    assert.not.ok(files.has('etc/group'));
  });

  inBuildWorld('--network=none has none', async (world) => {
    const { output } = await world.build('FROM busybox\nRUN --network=none ls /sys/class/net\n');
    assert.is(output, 'lo\n');
  });

  inBuildWorld(
    'a bind mount shows files of the context, and of a stage; what is written into it is gone',
    async (world) => {
      await world.write({ 'dir/a': 'a', 'dir/b': 'b' });
      await symlink('/etc/shadow', join(world.context, 'dir/link'));
      const dockerfile = `FROM busybox AS other
RUN echo of-stage > /file
FROM busybox
WORKDIR /w
RUN --mount=type=bind,source=dir,target=in cat in/a in/b && readlink in/link && ! touch in/a
RUN --mount=type=bind,source=dir,target=/in,rw echo new > /in/a && cat /in/a
RUN --mount=type=bind,from=other,source=/file,target=/one cat /one
RUN --mount=type=bind,from=other,target=/all cat /all/file
RUN --mount=type=bind,target=/all cat /all/dir/a
`;
      const { output } = await world.build(dockerfile, { names: ['made'] });
      assert.is(output.replace(/touch: .*\n/, ''), 'ab/etc/shadow\nnew\nof-stage\nof-stage\na');
      assert.is(await readFile(join(world.context, 'dir/a'), 'utf8'), 'a');
      const files = await world.files('made');
      for (const path of ['in', 'w/in', 'one', 'all']) assert.not.ok(files.has(path), path);
      await world.write({ 'dir/a': 'changed' });
      const { made } = await world.build(dockerfile);
      assert.is(made.length, 5 - 2 + 2);
    },
  );

  inBuildWorld('a source of a bind mount leads nowhere out of the context', async (world) => {
    await mkdir(join(world.directory, 'outside'));
    await writeFile(join(world.directory, 'outside/secret'), 'host');
    await symlink(join(world.directory, 'outside'), join(world.context, 'link'));
    await symlink('../outside', join(world.context, 'up'));
    for (const source of ['link', 'up', '../outside', 'link/secret']) {
      const error = await failureOf(() => world.build(`FROM busybox\nRUN --mount=type=bind,source=${source},target=/in cat /in/secret /in\n`)); // prettier-ignore
      assert.ok(['SOURCE_NOT_FOUND', 'STEP_FAILED'].includes(error.code ?? ''), `${source}: ${error.message}`); // prettier-ignore
    }
  });

  inBuildWorld('a cache stays for later builds, and is in no layer', async (world) => {
    const line = (text: string, more = ''): string => `FROM busybox\nRUN --mount=type=cache,target=/c${more} echo ${text} >> /c/log; cat /c/log\n`; // prettier-ignore
    await world.build(line('one'));
    const { output } = await world.build(line('two'), { names: ['made'] });
    assert.is(output, 'one\ntwo\n');
    assert.not.ok((await world.files('made')).has('c'));
    assert.is((await world.build(line('x', ',id=other,uid=7,gid=8,mode=0711'))).output, 'x\n');
    assert.is((await world.build('FROM busybox\nRUN --mount=type=cache,target=/d,id=other stat -c "%u:%g %a" /d\n')).output, '7:8 711\n'); // prettier-ignore
    await world.write({ 'seed/file': 'seeded' });
    assert.is((await world.build('FROM busybox AS seed\nCOPY seed /seed\nFROM busybox\nRUN --mount=type=cache,target=/e,from=seed,source=/seed cat /e/file\n')).output, 'seeded'); // prettier-ignore
  });

  inBuildWorld('a secret is a file in memory or a variable, and nowhere else', async (world) => {
    const secret = 'tr0ub4dor-and-3';
    await writeFile(join(world.directory, 'secret'), secret);
    const dockerfile = `FROM busybox
RUN --mount=type=secret,id=file stat -c "%u:%g %a" /run/secrets/file && wc -c < /run/secrets/file
RUN --mount=type=secret,id=value,target=/etc/token,mode=0444,uid=5 cat /etc/token | md5sum
RUN --mount=type=secret,id=value,env=TOKEN echo "$TOKEN" | wc -c
RUN --mount=type=secret,id=absent [ ! -e /run/secrets/absent ]
`;
    const secrets = new Map([
      ['file', { type: 'file', path: join(world.directory, 'secret') }],
      ['value', { type: 'value', value: secret }],
    ] as const);
    const { output } = await world.build(dockerfile, { secrets, names: ['made'] });
    assert.match(output, /^0:0 400\n15\n[0-9a-f]{32} {2}-\n16\n$/);
    assert.not.ok(isIn(world.root, secret));
    assert.not.ok((await world.files('made')).has('run/secrets'));
    const again = await world.build(dockerfile, { secrets: new Map() });
    assert.equal(again.made, [], 'its contents are none of the cache');
    const error = await failureOf(() => world.build('FROM busybox\nRUN --mount=type=secret,id=no,required true\n')); // prettier-ignore
    assert.is(error.code, 'SECRET_NOT_FOUND');
  });

  inBuildWorld("an agent's socket is there while its RUN runs", async (world) => {
    const agent = join(world.directory, 'agent');
    const line = 'FROM busybox\nRUN --mount=type=ssh [ -S "$SSH_AUTH_SOCK" ] && echo "$SSH_AUTH_SOCK" && stat -c %a "$SSH_AUTH_SOCK"\n'; // prettier-ignore
    const { output } = await world.build(line, { ssh: new Map([['default', agent]]) });
    assert.is(output, '/run/buildkit/ssh_agent.0\n600\n');
    const error = await failureOf(() => world.build('FROM busybox\nRUN --mount=type=ssh,id=x,required true\n')); // prettier-ignore
    assert.is(error.code, 'SECRET_NOT_FOUND');
  });

  inBuildWorld('a tmpfs is gone with its RUN', async (world) => {
    await world.build('FROM busybox\nRUN --mount=type=tmpfs,target=/t,size=1m touch /t/x && mount | grep -q " /t type tmpfs"\n', { names: ['made'] }); // prettier-ignore
    assert.not.ok((await world.files('made')).has('t'));
  });

  inBuildWorld('proxies are there, and in no image and no key', async (world) => {
    const proxied = (value: string): { buildArgs: Map<string, string>; names: string[] } => ({ buildArgs: new Map([['HTTP_PROXY', value]]), names: ['made'] }); // prettier-ignore
    const dockerfile = 'FROM busybox\nRUN echo "$HTTP_PROXY $http_proxy"\n';
    assert.is(
      (await world.build(dockerfile, proxied('http://one'))).output,
      'http://one http://one\n',
    );
    assert.equal((await world.build(dockerfile, proxied('http://two'))).made, []);
    assert.not.ok(JSON.stringify((await world.image('made')).config).includes('http://one'));
  });
}

test.run();
