/** The power fails at many points of pulls and removals: what is listed after the next boot is whole or made whole. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loopDisk, needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { RunResult, SmallDisk } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';
import { layoutRegistry } from './layout-registry.ts';

const CUTS = 6;
const NAMES = ['a', 'b'] as const;

/** Runs commands as after a boot: what was only true before does not count. */
const inNextBoot = (bootId: string): readonly [string, ...string[]] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mount --bind '${bootId}' /proc/sys/kernel/random/boot_id && exec "$@"`,
  'sh',
];

if (needs('root', 'loop-device', 'file:packages/ctr/dist/bundle/bin.cjs')) {
  test('a power cut at many points of pull and rmi', async () => {
    await using disk = await loopDisk(48);
    await using directory = await temporaryDirectory();
    await using registry = await layoutRegistry(directory.path);
    const contents = new Map<string, string>();
    const layer = (): Buffer => {
      const path = `file-${contents.size}`;
      contents.set(path, randomBytes(150_000).toString('hex'));
      return tarOf([{ path, type: 'File', content: contents.get(path) ?? '' }]);
    };
    const shared = layer();
    for (const name of NAMES) await registry.add(name, { layers: [shared, layer(), layer()] });
    const bootId = join(directory.path, 'boot_id');
    writeFileSync(bootId, '00000000-0000-4000-8000-000000000000\n');
    const envOf = (place: string): NodeJS.ProcessEnv => ({
      ...process.env,
      CTR_ROOT: join(place, 'root'),
      CTR_RUN: join(directory.path, 'run', place.replaceAll('/', '-')),
      DOCKER_CONFIG: directory.path,
    });
    const images = NAMES.map((name) => `${registry.server.host}/${name}`);
    const ctr = `'${process.execPath}' '${commandPath('ctr')}'`;
    const lines = [...images.map((name) => `${ctr} pull -q ${name}`), `${ctr} rmi ${images[0]}`];
    // Alone in its group, so that all of it can be stopped at once.
    const busy = spawn('sh', ['-c', `while ${lines.join(' && ')}; do :; done`], {
      env: envOf(disk.path),
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(busy, 'close');
    const signal = (name: NodeJS.Signals): boolean => process.kill(-(busy.pid ?? 0), name);
    const cuts: SmallDisk[] = [];
    let seen = 0;
    const goOn = async (place: string): Promise<void> => {
      const env = envOf(place);
      const next = (program: string, ...args: string[]): Promise<RunResult> =>
        run([...inNextBoot(bootId), process.execPath, commandPath(program), ...args], { env });
      const listed = await next('ctr', 'images', '-q');
      assert.equal(listed.code, 0, listed.stderr);
      const ids = listed.stdout.split('\n').filter(Boolean);
      seen += ids.length;
      for (const id of ids) {
        const file = join(directory.path, 'exported');
        const exported = await next('image-store', 'export', '-o', file, id);
        assert.equal(exported.code, 0, exported.stderr);
      }
      for (const image of images) {
        const pulled = await next('ctr', 'pull', '-q', image);
        assert.deepEqual([pulled.code, pulled.stderr], [0, '']);
      }
      const layers = join(place, 'root/layers/sha256');
      const files = readdirSync(layers).flatMap((id) =>
        readdirSync(join(layers, id, 'fs')).map((name) => join(layers, id, 'fs', name)),
      );
      assert.equal(files.length, contents.size);
      for (const path of files) {
        assert.ok(readFileSync(path, 'utf8') === contents.get(path.split('/').at(-1) ?? ''), path);
      }
    };
    try {
      await once(busy.stdout, 'data');
      for (let point = 0; point < CUTS; point++) {
        await sleep(131 * (1 + (point % 5)));
        assert.equal(busy.exitCode, null, 'it has ended');
        signal('SIGSTOP');
        cuts.push(await disk.cut());
        signal('SIGCONT');
      }
      signal('SIGKILL');
      await closed;
      for (const { path } of cuts) await goOn(path);
    } finally {
      if (busy.exitCode === null && busy.signalCode === null) signal('SIGKILL');
      for (const cut of cuts) await cut[Symbol.asyncDispose]();
    }
    assert.ok(seen > 0, 'no image was ever there');
  });
}

test.run();
