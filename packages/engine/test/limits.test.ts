import type { LinuxResources } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hasLimits } from '../src/index.ts';
import { resourcesOf } from '../src/limits.ts';
import type { Limits } from '../src/limits.ts';
import { codeOf } from './fixture.ts';

const MiB = 1024 * 1024;

const table: readonly (readonly [Limits, LinuxResources])[] = [
  [{}, {}],
  [{ memory: undefined, cpus: undefined, pids: undefined }, {}],
  // 0 is no limit, as with docker.
  [{ memory: 0, cpus: 0, pids: 0 }, {}],
  [{ pids: -1 }, {}],
  // Swap counts memory and swap together: the same again of swap.
  [{ memory: 32 * MiB }, { memory: { limit: 32 * MiB, swap: 64 * MiB } }],
  [{ memory: 6 * MiB }, { memory: { limit: 6 * MiB, swap: 12 * MiB } }],
  [{ cpus: 0.5 }, { cpu: { period: 100_000, quota: 50_000 } }],
  [{ cpus: 0.01 }, { cpu: { period: 100_000, quota: 1000 } }],
  [{ cpus: 0.333_333 }, { cpu: { period: 100_000, quota: 33_333 } }],
  [{ pids: 1 }, { pids: { limit: 1 } }],
  [
    { memory: 64 * MiB, cpus: 1, pids: 50 },
    {
      memory: { limit: 64 * MiB, swap: 128 * MiB },
      cpu: { period: 100_000, quota: 100_000 },
      pids: { limit: 50 },
    },
  ],
];

for (const [limits, resources] of table) {
  test(`${JSON.stringify(limits)} → ${JSON.stringify(resources)}`, () => {
    assert.equal(resourcesOf(limits), resources);
    assert.is(hasLimits(limits), Object.keys(resources).length > 0);
  });
}

const refused: readonly Limits[] = [
  { memory: 6 * MiB - 1 },
  { memory: -1 },
  { memory: Number.NaN },
  { cpus: 0.009 },
  { cpus: -1 },
  { cpus: Number.NaN },
];

for (const limits of refused) {
  test(`${JSON.stringify(limits)} is refused`, async () => {
    assert.is(await codeOf(() => resourcesOf(limits)), 'LIMIT_INVALID');
  });
}

test.run();
