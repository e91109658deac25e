import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import { inspectContainer } from '../src/index.ts';
import { canRun, inWorld } from './world.ts';

type Document = Record<string, Record<string, unknown>>;

if (canRun()) {
  inWorld('an ended container is told under the names of docker', async (world) => {
    const limits = { memory: 64 * 1024 * 1024, cpus: 0.5, pids: 50 };
    const options = { name: 'job', limits, labels: { tier: 'front' } };
    const { id } = await world.complete('exit 3', options);
    const found = inspectContainer(world, 'job');
    const { State, HostConfig, Config, GraphDriver } = found as Document;
    assert.deepEqual([found['Id'], found['Name'], found['Path']], [id, '/job', 'sh']);
    assert.deepEqual(found['Args'], ['-c', 'exit 3']);
    assert.equal(found['Image'], world.image.id);
    assert.ok(existsSync(String(found['LogPath'])));
    assert.deepEqual(
      [State?.['Status'], State?.['Running'], State?.['Pid'], State?.['ExitCode']],
      ['exited', false, 0, 3],
    );
    assert.ok(
      Date.parse(String(State?.['StartedAt'])) <= Date.parse(String(State?.['FinishedAt'])),
    );
    assert.deepEqual(
      [HostConfig?.['Memory'], HostConfig?.['NanoCpus'], HostConfig?.['PidsLimit']],
      [limits.memory, 500_000_000, 50],
    );
    assert.deepEqual(Config?.['Labels'], { tier: 'front' });
    assert.ok(GraphDriver);
    const { UpperDir, LowerDir } = GraphDriver['Data'] as Record<string, string>;
    assert.ok(existsSync(String(UpperDir)), UpperDir);
    assert.ok(String(LowerDir).split(':').every(existsSync), LowerDir);
  });

  inWorld('a running one by its process and without an end', async (world) => {
    const id = await world.detached('sleep 1000');
    const { State } = inspectContainer(world, id) as Document;
    assert.equal(State?.['Status'], 'running');
    assert.ok(existsSync(`/proc/${String(State?.['Pid'])}`));
    assert.equal(State?.['FinishedAt'], '0001-01-01T00:00:00Z');
  });
}

test.run();
