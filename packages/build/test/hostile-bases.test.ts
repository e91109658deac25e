/** What the image that a Dockerfile builds on may try, by its configuration and by its files. */
import { join } from 'node:path';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import { attack, lines, survives } from './attack-world.ts';
import { canBuild } from './build-world.ts';

if (canBuild()) {
  attack('triggers of an image are instructions like others, and only some', async (world) => {
    await world.link('out', world.decoy);
    const triggers: readonly unknown[] = [
      'FROM busybox',
      'ONBUILD RUN true',
      'ONBUILD ONBUILD RUN true',
      'COPY out/secret /x',
      `COPY ${'../'.repeat(12)}${world.decoy}/secret /x`,
      'RUN --mount=type=bind,source=out,target=/m cat /m/secret > /x',
      `RUN --mount=type=secret,id=s,required true`,
      'RUN --security=insecure true',
      'NOSUCH x',
      '',
      'RUN <<EOF\necho x > /x\nEOF\nCOPY out/secret /y',
      '# escape=`\nRUN true',
      7,
      null,
      { a: 1 },
    ];
    for (const [index, trigger] of triggers.entries()) {
      try {
        await world.hostile(`triggers${index}`, { OnBuild: [trigger] });
      } catch {
        // Refused where it came in.
        continue;
      }
      await survives(world, lines(`FROM triggers${index}`, 'LABEL a=b'));
    }
    await world.hostile('many', {
      OnBuild: Array.from({ length: 500 }, (_, n) => `LABEL l${n}=${n}`),
    });
    await survives(world, 'FROM many\n');
  });

  attack('a configuration that lies is refused, or means nothing', async (world) => {
    const configurations: readonly object[] = [
      { Env: ['=x', 'NOVALUE', '', 'A=1\nB=2', 'LD_PRELOAD=/evil.so', 'PATH=', 'A\0B=1', `BIG=${'x'.repeat(300_000)}`] }, // prettier-ignore
      { Env: Array.from({ length: 5000 }, (_, n) => `V${n}=${n}`) },
      { Env: 'PATH=/bin' },
      { Env: [1, null] },
      { WorkingDir: `../../../../../../..${world.decoy}` },
      { WorkingDir: 'relative/../..' },
      { WorkingDir: '/proc/self/cwd/..' },
      { WorkingDir: 7 },
      { User: '../../etc/passwd' },
      { User: '-1:-1' },
      { User: '4294967296' },
      { User: 'root\0x' },
      { Cmd: 'sh', Entrypoint: { a: 1 } },
      { Volumes: { [`../..${world.decoy}`]: {}, '': {}, '/': {} } },
      { Shell: [] },
      { Shell: ['/nosuch'] },
      { Labels: { __proto__: 'x', constructor: 'y', '': 'z' } },
      { Healthcheck: 'true' },
      { ExposedPorts: ['80'] },
    ];
    for (const [index, config] of configurations.entries()) {
      try {
        await world.hostile(`lies${index}`, config);
      } catch {
        continue;
      }
      await survives(world, lines(`FROM lies${index}`, 'RUN pwd > /x; cat secret ../secret > /y; true', 'WORKDIR made')); // prettier-ignore
    }
  });

  attack('lists of users that are no files, or lead out', async (world) => {
    const lists: readonly (readonly TarEntry[])[] = [
      [{ path: 'etc/passwd', type: 'SymbolicLink', linkpath: join(world.decoy, 'secret') }],
      [{ path: 'etc/passwd', type: 'FIFO' }],
      [{ path: 'etc/passwd', type: 'SymbolicLink', linkpath: '/dev/zero' }],
      [{ path: 'etc/passwd', type: 'CharacterDevice', devmaj: 1, devmin: 5 }],
      [{ path: 'etc/passwd', type: 'SymbolicLink', linkpath: 'passwd' }],
      [
        {
          path: 'etc/passwd',
          type: 'File',
          content: 'app:x:1000:1000::/:/bin/sh\n'.repeat(200_000),
        },
      ],
      [{ path: 'etc/passwd', type: 'File', content: `app:x:${'9'.repeat(100_000)}:1:::\n` }],
    ];
    await world.write({ a: 'a\n' });
    for (const [index, entries] of lists.entries()) {
      await world.hostile(`list${index}`, {}, entries);
      await survives(world, lines(`FROM list${index}`, 'COPY --chown=app:app a /x'));
      await survives(world, lines(`FROM list${index}`, 'USER app', 'RUN true'));
    }
  });
}

test.run();
