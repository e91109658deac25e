/** kill -9 of what changes images, at many points; a sample, `CTRKIT_SWEEP=1` goes through all. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { needs, run, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';
import { layoutRegistry } from './layout-registry.ts';
import type { LayoutRegistry } from './layout-registry.ts';

const entriesOf = (root: string, name: string): string[] =>
  existsSync(join(root, name)) ? readdirSync(join(root, name)) : [];

const whole = process.env['CTRKIT_SWEEP'] !== undefined;
/** Milliseconds after which a command is killed: all of the sweep, or a few of them. */
const points = Array.from({ length: 80 }, (_, index) => 20 + index * 6).filter(
  (_, index) => whole || index % 19 === 7,
);

interface Killing {
  readonly registry: LayoutRegistry;
  readonly root: string;
  readonly ctr: (...args: string[]) => Promise<RunResult>;
  /** Kills a command after so many milliseconds. */
  readonly kill: (after: number, ...args: string[]) => Promise<void>;
}

async function inKilling(body: (killing: Killing) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  await using registry = await layoutRegistry(directory.path);
  const layer = (size: number): Buffer =>
    tarOf([{ path: `file-${size}`, type: 'File', content: randomBytes(size).toString('hex') }]);
  await registry.add('app', { layers: [layer(300_000), layer(100_000), layer(50)] });
  const root = join(directory.path, 'root');
  const env = {
    ...process.env,
    CTR_ROOT: root,
    CTR_RUN: join(directory.path, 'run'),
    DOCKER_CONFIG: directory.path,
  };
  await body({
    registry,
    root,
    ctr: (...args) => run([process.execPath, commandPath('ctr'), ...args], { env }),
    kill: async (after, ...args) => {
      const child = spawn(process.execPath, [commandPath('ctr'), ...args], {
        env,
        stdio: 'ignore',
      });
      const closed = once(child, 'close');
      await sleep(after);
      child.kill('SIGKILL');
      await closed;
    },
  });
}

/** What the next commands find: each image that is listed is whole, pulling works, and all can be removed. */
async function assertWhole({ ctr, root, registry }: Killing, point: string): Promise<void> {
  const name = `${registry.server.host}/app`;
  const listed = await ctr('images', '-q');
  assert.equal(listed.code, 0, `${point}: ${listed.stderr}`);
  for (const id of listed.stdout.split('\n').filter(Boolean)) {
    const exported = await run(['sh', '-c', `'${process.execPath}' '${commandPath('image-store')}' --root '${root}' export ${id} > /dev/null`]); // prettier-ignore
    assert.equal(exported.code, 0, `${point}: ${exported.stderr}`);
  }
  const pulled = await ctr('pull', '-q', name);
  assert.deepEqual([pulled.code, pulled.stdout], [0, `${name}:latest\n`], `${point}: ${pulled.stderr}`); // prettier-ignore
  const size = (await ctr('images', '--format', '{{.Size}}', name)).stdout;
  assert.equal(size, '800kB\n', `${point}: all layers are unpacked`);
}

if (needs('root', 'file:packages/ctr/dist/bundle/bin.cjs')) {
  for (const [what, before, args] of [
    ['pull', [['system', 'prune', '-af']], (name: string) => ['pull', '-q', name]],
    ['rmi', [], (name: string) => ['rmi', name]],
    ['system prune', [], () => ['system', 'prune', '-af']],
    ['image prune', [], () => ['image', 'prune', '-af']],
  ] as const) {
    test(`kill -9 at many points of ${what}: the next commands work and nothing is lost`, () =>
      inKilling(async (killing) => {
        const { ctr, kill, registry, root } = killing;
        const name = `${registry.server.host}/app`;
        registry.hold = (url) => (url.includes('/blobs/') ? sleep(20) : undefined);
        await ctr('pull', '-q', name);
        for (const after of points) {
          for (const line of before) await ctr(...line);
          await kill(after, ...args(name));
          await assertWhole(killing, `${what} after ${after} ms`);
        }
        await ctr('rmi', name);
        const left = await run([process.execPath, commandPath('image-store'), '--root', root, 'gc', '--all']); // prettier-ignore
        assert.equal(left.code, 0, left.stderr);
        assert.equal((await ctr('system', 'prune', '-af')).code, 0);
        for (const place of ['blobs/sha256', 'layers/sha256', 'layers/claims', 'layers/collectors', 'trash', 'leases', 'ingest']) {
          assert.deepEqual(entriesOf(root, place), [], place);
        } // prettier-ignore
      }));
  }
}

test.run();
