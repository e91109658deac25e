import assert from 'node:assert/strict';
import { chownSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withUserNamespace } from '@ctrkit/oci';
import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import { assertNothingLeft, makeBusyboxRootfs, needs, run, snapshotHost, temporaryDirectory } from '@ctrkit/testing'; // prettier-ignore
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import { directorySpec } from '../src/directory-spec.ts';
import { expected, facts, probe } from './sandbox-probe.ts';

const bin = new URL('../src/bin.ts', import.meta.url).pathname;
const nsExec = [process.execPath, '--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source', bin] as const; // prettier-ignore

const HOST = 600_000;
const maps = [{ containerID: 0, hostID: HOST, size: 1000 }];

interface Bundle {
  /** A directory that nobody but root may enter. */
  readonly path: string;
  readonly run: (script: string, change?: (spec: RuntimeSpec) => RuntimeSpec) => Promise<RunResult>;
}

/** A bundle whose root directory belongs to root, and whose container's root is somebody else. */
async function inBundle(use: (bundle: Bundle) => Promise<void>): Promise<void> {
  const before = await snapshotHost();
  {
    await using directory = await temporaryDirectory();
    const { path } = directory;
    await makeBusyboxRootfs(join(path, 'files'));
    await use({
      path,
      run: async (script, change = (spec) => spec) => {
        const args = ['sh', '-c', script];
        const own = directorySpec({ directory: join(path, 'files'), args });
        const root = {
          destination: '/',
          type: 'bind',
          source: 'files',
          options: ['bind', 'idmap'],
        };
        const spec = { ...own, mounts: [root, ...(own.mounts ?? [])] };
        const whole = change(withUserNamespace(spec, { uids: maps, gids: maps }));
        writeFileSync(join(path, 'config.json'), JSON.stringify(whole));
        return await run([...nsExec, 'run', '--bundle', path, `given-away-${process.pid}`]);
      },
    });
  }
  await assertNothingLeft(before);
}

const adding =
  (...mounts: Mount[]) =>
  (spec: RuntimeSpec): RuntimeSpec => ({
    ...spec,
    mounts: [...(spec.mounts ?? []), ...mounts],
  });

const bound = (path: string, more: Partial<Mount> & { options?: string[] }): Mount => ({
  destination: `/mnt/${path}`,
  type: 'bind',
  source: `bound/${path}`,
  ...more,
  options: ['bind', ...(more.options ?? [])],
});

if (needs('root', 'file:/bin/busybox')) {
  test('the sandbox of a container whose root is nobody on the host is as any other', () =>
    inBundle(async (bundle) => {
      const result = await bundle.run(probe);
      assert.equal(result.stderr, '');
      assert.deepEqual(
        facts(result).filter((line) => !line.startsWith('processes')),
        expected,
      );
    }));

  test('a root directory with `idmap` belongs to it, also what it writes; on disk that is root', () =>
    inBundle(async ({ path, run: inside }) => {
      const { stdout, stderr } = await inside('stat -c %u:%g / /bin/busybox; echo x > /new; chown 5:6 /new; stat -c %u:%g /new; cat /proc/self/uid_map'); // prettier-ignore
      assert.equal(stdout.replaceAll(/ +/g, ' '), `0:0\n0:0\n5:6\n 0 ${HOST} 1000\n`, stderr);
      const { uid, gid } = lstatSync(join(path, 'files/new'));
      assert.deepEqual([uid, gid], [5, 6]);
    }));

  test('a root directory that belongs to those ids needs no mapping', () =>
    inBundle(async ({ path, run: inside }) => {
      await run(['chown', '-R', `${HOST}:${HOST}`, join(path, 'files')]);
      const plain = (spec: RuntimeSpec): RuntimeSpec => ({
        ...spec,
        mounts: (spec.mounts ?? []).filter(({ destination }) => destination !== '/'),
      });
      const { stdout, stderr } = await inside('stat -c %u / /bin; touch /new && echo made', plain);
      assert.equal(stdout, '0\n0\nmade\n', stderr);
      assert.equal(lstatSync(join(path, 'files/new')).uid, HOST);
    }));

  test("bind mounts have the container's ids, ids of their own, or the host's, which are nobody's", () =>
    inBundle(async ({ path, run: inside }) => {
      mkdirSync(join(path, 'bound/deep/below'), { recursive: true });
      for (const name of ['mapped', 'own', 'plain']) {
        mkdirSync(join(path, 'bound', name));
        chownSync(join(path, 'bound', name), 7, 8);
      }
      chownSync(join(path, 'bound/deep/below'), 9, 9);
      // What is 7 on disk is 500 in the container.
      const shifted = [{ containerID: 7, hostID: HOST + 500, size: 5 }];
      const mounts = adding(
        bound('mapped', { options: ['idmap'] }),
        bound('own', { uidMappings: shifted, gidMappings: shifted }),
        bound('plain', {}),
        {
          ...bound('deep', { options: ['idmap', 'x-ctr.subpath=below'] }),
          destination: '/mnt/below',
        },
      );
      const script = 'cd /mnt; stat -c %u:%g mapped own plain below; stat -c %u mapped';
      const { stdout, stderr } = await inside(`${script}; touch mapped/x`, mounts);
      assert.equal(stdout, '7:8\n500:501\n65534:65534\n9:9\n7\n', stderr);
      assert.equal(lstatSync(join(path, 'bound/mapped/x')).uid, 0);
    }));

  test('what would be shown with other ids than were asked for is refused', () =>
    inBundle(async ({ run: inside }) => {
      const own = { uidMappings: maps, gidMappings: maps };
      for (const change of [
        adding({ destination: '/t', type: 'tmpfs', source: 'tmpfs', options: ['idmap'] }),
        (spec: RuntimeSpec) => ({ ...spec, mounts: (spec.mounts ?? []).map((mount) => (mount.destination === '/' ? { ...mount, ...own } : mount)) }), // prettier-ignore
      ]) {
        const { code, stderr } = await inside('true', change);
        assert.notEqual(code, 0);
        assert.match(stderr, /is not supported/);
      }
    }));

  test('a process that could not be its own user is not started', () =>
    inBundle(async ({ run: inside }) => {
      const beyond = (spec: RuntimeSpec): RuntimeSpec => ({
        ...spec,
        ...(spec.process && { process: { ...spec.process, user: { uid: 1000, gid: 0 } } }),
      });
      const { code, stderr } = await inside('true', beyond);
      assert.notEqual(code, 0);
      assert.match(stderr, /has no id 1000/);
    }));
}

test.run();
