/** What a context, an archive or a command of a Dockerfile may try against the host. */
import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SECRET, attack, filesWith, lines, survives } from './attack-world.ts';
import { canBuild } from './build-world.ts';

if (canBuild()) {
  attack('links of the context lead nowhere outside', async (world) => {
    await world.link('absolute', world.decoy);
    await world.link('relative', '../decoy');
    await world.link('file', join(world.decoy, 'secret'));
    await world.link('proc', '/proc/self/cwd');
    await world.link('root', '/');
    for (const source of [
      'absolute/secret',
      'relative/secret',
      'absolute/*',
      'r*/s*',
      'file',
      'proc/secret',
      `root/${world.decoy}/secret`,
      `${world.decoy}/secret`,
      '../decoy/secret',
      'absolute/../relative/secret',
    ]) {
      for (const instruction of ['COPY', 'ADD', 'COPY --parents', 'COPY --link']) {
        await survives(world, lines('FROM busybox', `${instruction} ${source} /x/`));
      }
      await survives(world, lines('FROM busybox', `RUN --mount=source=${source},target=/m cat /m > /x`)); // prettier-ignore
    }
    await survives(
      world,
      lines('FROM busybox', 'COPY . /x/', 'RUN cat /x/*/secret /x/file > /seen'),
    );
  });

  attack('an ignore file that is a link is none of the host', async (world) => {
    await world.write({ secret: 'not secret\n', a: 'a\n' });
    await writeFile(join(world.directory, 'ignore'), 'a\n');
    await world.link('.dockerignore', '../ignore');
    await world.build('FROM busybox\nCOPY a /x\n');
  });

  const reaching = (target: string): readonly TarEntry[] => [
    { path: 'out', type: 'SymbolicLink', linkpath: target },
    { path: 'up', type: 'SymbolicLink', linkpath: `../../../../../..${target}` },
    { path: 'proc-cwd', type: 'SymbolicLink', linkpath: '/proc/self/cwd' },
  ];

  attack('links of an image lead nowhere outside, whatever writes through them', async (world) => {
    await world.write({ a: 'a\n', 'dir/secret': 'of the context\n' });
    await writeFile(join(world.context, 'a.tar'), tarOf([{ path: 'secret', type: 'File', content: 'x' }])); // prettier-ignore
    await world.hostile('reaching', {}, reaching(world.decoy));
    for (const link of ['out', 'up', 'proc-cwd']) {
      for (const step of [
        `COPY a /${link}/secret`,
        `COPY a /${link}/`,
        `COPY dir /${link}`,
        `COPY --link a /${link}/x`,
        `COPY --chown=app:app dir /${link}/`,
        `ADD a.tar /${link}/`,
        `COPY <<secret /${link}/\nx\nsecret`,
        `WORKDIR /${link}/made`,
        `RUN echo x > /${link}/written`,
        `RUN --mount=target=/${link}/mounted true`,
        `RUN --mount=type=tmpfs,target=/${link}/mounted true`,
        `RUN --mount=type=cache,target=/${link}/mounted true`,
        `COPY --from=reaching /${link}/secret /x`,
        `COPY --from=reaching /${link} /x`,
        `RUN --mount=from=reaching,source=/${link},target=/m cat /m/secret > /x`,
        `RUN --mount=type=cache,from=reaching,source=/${link},target=/m cat /m/secret > /x`,
      ]) {
        await survives(world, lines('FROM reaching', step));
      }
    }
  });

  attack('a directory of work that is a descriptor of the host', async (world) => {
    for (const descriptor of [3, 5, 8, 12, 20]) {
      await survives(world, lines('FROM busybox', `WORKDIR /proc/self/fd/${descriptor}`, 'RUN cat ../../../secret ../secret > /x; pwd > /y')); // prettier-ignore
    }
  });

  attack('archives that lead out are refused or stay inside', async (world) => {
    const archives: Record<string, readonly TarEntry[]> = {
      up: [
        { path: '../../../../../../../../..' + world.decoy + '/new', type: 'File', content: 'x' },
      ],
      rooted: [{ path: `${world.decoy}/new`, type: 'File', content: 'x' }],
      through: [
        { path: 'd', type: 'SymbolicLink', linkpath: world.decoy },
        { path: 'd/secret', type: 'File', content: 'x' },
      ],
      twice: [
        { path: 'd', type: 'SymbolicLink', linkpath: 'e' },
        { path: 'e', type: 'SymbolicLink', linkpath: world.decoy },
        { path: 'd/new', type: 'File', content: 'x' },
      ],
      hard: [
        { path: 'h', type: 'Link', linkpath: join(world.decoy, 'secret') },
        { path: 'h', type: 'File', content: 'x' },
      ],
      hardUp: [
        { path: 'h', type: 'Link', linkpath: `../../../../../../../..${world.decoy}/secret` },
      ],
      disk: [{ path: 'sda', type: 'BlockDevice', devmaj: 8, devmin: 0 }],
    };
    for (const [name, entries] of Object.entries(archives)) {
      // Names of tests are too long for a header with many dots; those are the only ones left out.
      await writeFile(join(world.context, 'a.tar'), tarOf(entries));
      await survives(world, lines('FROM busybox', `# ${name}`, 'ADD a.tar /x/', 'RUN cat /x/h > /y || true')); // prettier-ignore
    }
  });

  attack(
    'a secret is in no layer, no history, no cache and no list of processes',
    async (world) => {
      const value = 'a-secret-of-the-builder';
      const seen: string[] = [];
      const watch = async (): Promise<void> => {
        for (let round = 0; round < 40; round += 1) {
          for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
            const text = readCommandLine(pid);
            if (text.includes(value)) seen.push(text);
          }
          await sleep(25);
        }
      };
      const watching = watch();
      await world.build(
        lines(
          'FROM busybox',
          'RUN --mount=type=secret,id=s,env=S --mount=type=secret,id=s sleep 0.5; test -n "$S" && test -s /run/secrets/s', // prettier-ignore
          'RUN ls -A /run /run/secrets 2>&1; env; true',
        ),
        { secrets: new Map([['s', { type: 'value', value }]]), names: ['app'] },
      );
      await watching;
      assert.equal(seen, []);
      assert.equal(filesWith(value, world.root, world.run), []);
    },
  );

  attack('what a RUN leaves running does not live on, nor hold the build up', async (world) => {
    const before = Date.now();
    await world.build(
      lines(
        'FROM busybox',
        'RUN sleep 1234 & true',
        'RUN (setsid sleep 1234 >/dev/null 2>&1 &); true',
        'RUN nohup sh -c \'trap "" TERM HUP INT; while :; do sleep 1; done\' & true',
        'RUN echo done > /x',
      ),
      { names: ['app'] },
    );
    assert.ok(Date.now() - before < 60_000);
    assert.is(await world.read('app', 'x'), 'done\n');
  });

  attack('pipes, sockets and devices of a context hold nobody up', async (world) => {
    await run(['mkfifo', join(world.context, 'pipe')]);
    await run(['mknod', join(world.context, 'zero'), 'c', '1', '5']);
    for (const source of ['pipe', 'zero', '.', '*']) {
      await survives(world, lines('FROM busybox', `COPY ${source} /x/`));
      await survives(world, lines('FROM busybox', `ADD ${source} /x/`));
    }
    await survives(world, lines('FROM busybox', 'RUN --mount=target=/m ls /m'));
  });

  attack('the environment of the host is not that of a build', async (world) => {
    process.env['CTRKIT_ATTACK'] = SECRET;
    try {
      await world.build(
        lines('FROM busybox', 'ARG CTRKIT_ATTACK', 'RUN env > /env', 'LABEL a=$CTRKIT_ATTACK'),
        { names: ['app'] },
      );
      assert.not.match(await world.read('app', 'env'), /CTRKIT_ATTACK/);
    } finally {
      delete process.env['CTRKIT_ATTACK'];
    }
  });
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test.run();
