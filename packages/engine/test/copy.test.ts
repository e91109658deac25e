import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { once } from 'node:events';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import { run, tarOf } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { archiveFromContainer, containerChanges, copyFromContainer, copyToContainer, createContainer, findContainer, findVolume, removeContainer, startContainer, stopContainer, unpackIntoContainer } from '../src/index.ts'; // prettier-ignore
import { readSpec } from '../src/bundle.ts';
import { whilePaused } from '../src/while-paused.ts';
import { codeOf } from './fixture.ts';
import { canRun, inAnotherProcess, inWorld, runOfContainer, until, untilItWrote } from './world.ts';
import type { World } from './world.ts';

/** A host's directory with a file `f`, and `d` with another. */
function hostFiles({ directory }: World): string {
  const host = join(directory, 'host');
  mkdirSync(join(host, 'd'), { recursive: true });
  writeFileSync(join(host, 'f'), 'from the host');
  writeFileSync(join(host, 'd/g'), 'below');
  utimesSync(join(host, 'f'), 1_000_000_000, 1_000_000_000);
  return host;
}

const reading = (path: string): string => readFileSync(path, 'utf8');

/** Changes the spec of a container that was never started. */
function edited(world: World, id: string, edit: (spec: RuntimeSpec) => RuntimeSpec): void {
  const path = join(world.root, 'containers', id, 'bundle/config.json');
  writeFileSync(path, JSON.stringify(edit(readSpec(world, id))));
}

const withMounts =
  (...mounts: Mount[]) =>
  (spec: RuntimeSpec): RuntimeSpec => ({ ...spec, mounts: [...(spec.mounts ?? []), ...mounts] });

const bound = (source: string, destination: string, ...options: string[]): Mount => ({
  destination,
  type: 'bind',
  source,
  options: ['rbind', ...options],
});

const created = (world: World, line = 'echo ready; sleep 1000'): Promise<string> =>
  createContainer(world, world.image, { command: ['sh', '-c', line] });

async function roundTrip(world: World, id: string, place: string): Promise<void> {
  const host = hostFiles(world);
  const out = join(world.directory, 'out');
  await copyToContainer(world, join(host, 'f'), id, place);
  await copyFromContainer(world, id, place, out);
  assert.is(reading(out), 'from the host');
  assert.is(lstatSync(out).mtimeMs, 1e12);
}

if (canRun()) {
  inWorld('in and out of a container in every state', async (world) => {
    const never = await created(world);
    await roundTrip(world, never, '/new');
    const { id: ended } = await world.complete('echo old > /new');
    await roundTrip(world, ended, '/new');
    assert.is(findContainer(world, ended).state.status, 'exited');
    const running = await world.detached('echo old > /new; echo ready; while ! grep host /new; do sleep 0.05; done; sleep 1000'); // prettier-ignore
    await untilItWrote(world, running, 'ready');
    await roundTrip(world, running, '/new');
    await untilItWrote(world, running, 'from the host');
    const still = whilePaused(world, findContainer(world, running), (async function* () {
      await roundTrip(world, running, '/tmp/paused');
      yield true;
    })()); // prettier-ignore
    for await (const done of still) assert.ok(done);
    // Nothing but the copy: neither places for mounts nor what was being written.
    const changes = await containerChanges(world, never);
    assert.equal(
      changes.map(({ path }) => String(path)),
      ['/new'],
    );
  });

  inWorld('what is mounted: volumes in every state, tmpfs while it runs', async (world) => {
    const host = hostFiles(world);
    const [volume, closed] = [join(world.directory, 'volume'), join(world.directory, 'closed')];
    for (const path of [volume, closed]) mkdirSync(path);
    writeFileSync(join(closed, 'there'), 'closed');
    const id = await created(world);
    const tmpfs: Mount = { destination: '/mem', type: 'tmpfs', source: 'tmpfs', options: [] };
    edited(world, id, withMounts(bound(volume, '/vol'), bound(closed, '/ro', 'ro'), tmpfs));
    const intoVolumes = async (): Promise<void> => {
      await copyToContainer(world, join(host, 'd'), id, '/vol');
      assert.is(reading(join(volume, 'd/g')), 'below');
      await copyFromContainer(world, id, '/ro/there', join(world.directory, 'there'));
      assert.is(reading(join(world.directory, 'there')), 'closed');
      assert.is(
        await codeOf(() => copyToContainer(world, join(host, 'f'), id, '/ro')),
        'READ_ONLY',
      );
      const archive = await buffer(await archiveFromContainer(world, id, '/vol'));
      assert.match((await run(['tar', '-t'], { input: archive })).stdout, /^vol\/d\/g$/m);
    };
    await intoVolumes();
    (await startContainer(world, id))?.release();
    await untilItWrote(world, id, 'ready');
    await intoVolumes();
    await roundTrip(world, id, '/mem/f');
    await copyFromContainer(world, id, '/etc/hosts', join(world.directory, 'hosts'));
    assert.match(reading(join(world.directory, 'hosts')), /localhost/);
    // A file that is mounted is not replaced.
    assert.is(await codeOf(() => copyToContainer(world, join(host, 'f'), id, '/etc/hosts')), 'COPY_FAILED'); // prettier-ignore
    await removeContainer(world, id, { force: true });
    assert.equal(readdirSync(volume), ['d']);
  });

  inWorld('of a whole root its files are copied, and not what shows the kernel', async (world) => {
    const running = await world.detached('echo x > /new; echo ready; sleep 1000');
    await untilItWrote(world, running, 'ready');
    const namesAt = async (path: string): Promise<string[]> => {
      const archive = await buffer(await archiveFromContainer(world, running, path));
      return (await run(['tar', '-t'], { input: archive })).stdout.trimEnd().split('\n');
    };
    const names = await namesAt('/');
    for (const name of ['./', './new', './etc/hosts', './proc/', './dev/', './sys/']) {
      assert.ok(names.includes(name), name);
    }
    assert.not.ok(names.some((name) => /^\.\/(?:proc|sys|dev)\/./.test(name)));
    assert.ok((await namesAt('/dev')).includes('dev/null'));
    await copyFromContainer(world, running, '/', join(world.directory, 'root'));
    assert.is(reading(join(world.directory, 'root/new')), 'x\n');
    const { id } = await world.complete('echo x > /new');
    await copyFromContainer(world, id, '/', join(world.directory, 'ended'));
    assert.is(reading(join(world.directory, 'ended/new')), 'x\n');
  });

  inWorld('a directory is not copied into itself, which a volume can be', async (world) => {
    const mounts = [{ type: 'volume', name: 'data', target: '/v' }] as const;
    const id = await createContainer(world, world.image, { command: ['sleep', '1000'], mounts });
    const { mountpoint } = findVolume(world, 'data');
    for (const directory of ['a', 'z/out']) mkdirSync(join(mountpoint, directory), { recursive: true }); // prettier-ignore
    // So many that the first are written before the last are read.
    for (let n = 0; n < 3000; n++) writeFileSync(join(mountpoint, 'a', `${n}`), `${n}`);
    const inside = join(mountpoint, 'z/out');
    const copies = [
      () => copyFromContainer(world, id, '/v', inside),
      () => copyFromContainer(world, id, '/v/.', join(inside, 'new')),
      () => copyToContainer(world, mountpoint, id, '/v/z/out'),
    ];
    const container = await startContainer(world, id, { tied: true });
    for (const round of ['running', 'at rest']) {
      for (const copy of copies) {
        assert.is(await codeOf(copy), 'COPY_REFUSED', round);
        assert.not(readdirSync(inside, { recursive: true }).some((path) => String(path).includes('out')), round); // prettier-ignore
        rmSync(inside, { recursive: true });
        mkdirSync(inside);
      }
      if (round === 'running') await stopContainer(world, id, { timeout: 0 });
    }
    await container?.wait();
    // Files of it are.
    await copyFromContainer(world, id, '/v/a', inside);
    assert.is(readdirSync(join(inside, 'a')).length, 3000);
  });

  inWorld('a root that is read-only', async (world) => {
    const host = hostFiles(world);
    const id = await created(world);
    edited(world, id, (spec) => ({ ...spec, root: { path: 'rootfs', readonly: true } }));
    const copying = (): Promise<string> =>
      codeOf(() => copyToContainer(world, join(host, 'f'), id, '/new'));
    assert.is(await copying(), 'READ_ONLY');
    (await startContainer(world, id))?.release();
    await untilItWrote(world, id, 'ready');
    assert.is(await copying(), 'READ_ONLY');
    await copyToContainer(world, join(host, 'f'), id, '/dev/shm/new');
    assert.is(await codeOf(() => copyToContainer(world, join(host, 'f'), id, '/dev/null')), 'COPY_REFUSED'); // prettier-ignore
  });

  inWorld("with --archive the container's user owns what is copied into it", async (world) => {
    const host = hostFiles(world);
    const id = await createContainer(world, world.image, { command: ['true'], user: 'app' });
    const owners = async (archive: boolean): Promise<string> => {
      await copyToContainer(world, join(host, 'f'), id, '/tmp/f', { archive });
      const tar = await buffer(await archiveFromContainer(world, id, '/tmp/f'));
      return (await run(['tar', '-tv', '--numeric-owner'], { input: tar })).stdout.split(/ +/)[1] ?? ''; // prettier-ignore
    };
    assert.is(await owners(true), '1000/1000');
    assert.is(await owners(false), '0/0');
    for (const [archive, uid] of [
      [false, 0],
      [true, 1000],
    ] as const) {
      // prettier-ignore
      await copyToContainer(world, join(host, 'f'), id, '/tmp/f', { archive: true });
      const out = join(world.directory, `out-${uid}`);
      await copyFromContainer(world, id, '/tmp/f', out, { archive });
      assert.is(lstatSync(out).uid, uid);
    }
  });

  // CVE-2018-15664, CVE-2019-10152: a path is looked up while who lives in the container changes it.
  inWorld('links that a container flips lead nowhere outside of it', async (world) => {
    const host = hostFiles(world);
    const decoy = join(world.directory, 'decoy');
    mkdirSync(decoy);
    writeFileSync(join(decoy, 'secret'), 'SECRET');
    const flip = `mkdir -p /x/real ${decoy}; echo inside > ${decoy}/secret; echo inside > /x/real/secret; ln -s ${decoy} /x/link; echo ready
      while :; do mv -T /x/link /x/way; mv -T /x/way /x/link; mv -T /x/real /x/way; mv -T /x/way /x/real; done`; // prettier-ignore
    const id = await world.detached(flip);
    await untilItWrote(world, id, 'ready');
    const allowed = new Set(['none', 'PATH_NOT_FOUND', 'COPY_REFUSED', 'COPY_FAILED']);
    const out = join(world.directory, 'out');
    mkdirSync(out);
    for (let times = 0; times < 25; times++) {
      const into = await codeOf(() =>
        copyToContainer(world, join(host, 'f'), id, '/x/way/planted'),
      );
      const from = await codeOf(() => copyFromContainer(world, id, '/x/way/secret', out));
      assert.ok(allowed.has(into) && allowed.has(from), `${into} ${from}`);
      if (from === 'none') assert.is(reading(join(out, 'secret')), 'inside\n');
    }
    assert.equal(readdirSync(decoy), ['secret']);
    assert.is(reading(join(decoy, 'secret')), 'SECRET');
  });

  inWorld('links of a container at rest, and those on the host', async (world) => {
    const decoy = join(world.directory, 'decoy');
    mkdirSync(decoy);
    const { id } = await world.complete(`ln -s ${decoy} /l; ln -s ../../../..${decoy} /up; mkdir -p /d/s; echo x > /d/s/f`); // prettier-ignore
    const host = hostFiles(world);
    for (const path of ['/l/x', '/up/x']) {
      assert.is(await codeOf(() => copyToContainer(world, join(host, 'f'), id, path)), 'PATH_NOT_FOUND'); // prettier-ignore
    }
    const archive = (async function* () {
      yield tarOf([{ path: 'l/planted', type: 'File', content: 'x' }]);
    })();
    await codeOf(() => unpackIntoContainer(world, archive, id, '/'));
    // A link in the place of a directory of the copy is not entered.
    const out = join(world.directory, 'out');
    mkdirSync(join(out, 'd'), { recursive: true });
    symlinkSync(decoy, join(out, 'd/s'));
    assert.is(await codeOf(() => copyFromContainer(world, id, '/d', out)), 'COPY_REFUSED');
    assert.equal(readdirSync(decoy), []);
  });

  inWorld(
    'who is killed in the middle leaves nothing half-made, and no container that is lost',
    async (world) => {
      const big = join(world.directory, 'big');
      writeFileSync(big, Buffer.alloc(64 << 20, 'x'));
      const id = await createContainer(world, world.image, { command: ['cat', '/there'], autoRemove: true }); // prettier-ignore
      writeFileSync(join(world.directory, 'old'), 'old');
      await copyToContainer(world, join(world.directory, 'old'), id, '/there');
      const copying = inAnotherProcess(
        world,
        `await ctr.copyToContainer(engine, parameters.big, parameters.id, '/there', {
         onBytes: (bytes) => { if (bytes > 8e6) process.kill(process.pid, 'SIGKILL'); } });`,
        { big, id },
      );
      await once(copying, 'exit');
      const archive = await buffer(await archiveFromContainer(world, id, '/there'));
      assert.is((await run(['tar', '-xO'], { input: archive })).stdout, 'old');
      await copyToContainer(world, join(world.directory, 'old'), id, '/other');
      assert.equal((await containerChanges(world, id)).map(({ path }) => String(path)), ['/other', '/there']); // prettier-ignore
      await removeContainer(world, id);
    },
  );

  inWorld('a start waits until a copy is done', async (world) => {
    const host = hostFiles(world);
    const id = await created(world, 'cat /f; sleep 1000');
    let go: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const archive = (async function* () {
      yield tarOf([{ path: 'f', type: 'File', content: 'in time\n' }]).subarray(0, 512);
      await gate;
      yield tarOf([{ path: 'f', type: 'File', content: 'in time\n' }]).subarray(512);
    })();
    const copied = unpackIntoContainer(world, archive, id, '/');
    await until('it is held', () => {
      try {
        return runOfContainer(world, id).brief === true;
      } catch {
        return false;
      }
    });
    const started = startContainer(world, id);
    await copyFromContainer(world, id, '/etc/passwd', join(host, 'passwd'));
    go?.();
    await copied;
    (await started)?.release();
    await untilItWrote(world, id, 'in time');
  });

  inWorld('what is not there', async (world) => {
    const host = hostFiles(world);
    const id = await created(world);
    const file = join(host, 'f');
    assert.is(
      await codeOf(() => copyToContainer(world, file, 'nobody', '/x')),
      'CONTAINER_NOT_FOUND',
    );
    assert.is(
      await codeOf(() => copyFromContainer(world, 'nobody', '/x', host)),
      'CONTAINER_NOT_FOUND',
    );
    assert.is(await codeOf(() => copyFromContainer(world, id, '/nosuch', host)), 'PATH_NOT_FOUND');
    assert.is(await codeOf(() => copyToContainer(world, `${file}x`, id, '/x')), 'PATH_NOT_FOUND');
    assert.is(await codeOf(() => copyToContainer(world, file, id, '/no/such')), 'PATH_NOT_FOUND');
    // It can be started at once: nobody has it any more.
    (await startContainer(world, id))?.release();
    await untilItWrote(world, id, 'ready');
  });
}

test.run();
