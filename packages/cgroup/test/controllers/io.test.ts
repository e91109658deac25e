import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { io } from '../../src/controllers/io.ts';
import { fresh, viewOn, written } from '../support.ts';

const disk = { major: 8, minor: 0 };

test('v1: one file a kind of limit, one write a device', () => {
  assert.equal(
    fresh(io, 1, {
      blockIO: {
        throttleReadBpsDevice: [
          { ...disk, rate: 1000 },
          { major: 8, minor: 16, rate: 0 },
        ],
        throttleWriteIOPSDevice: [{ ...disk, rate: 10 }],
      },
    }),
    [
      'blkio.throttle.read_bps_device 8:0 1000',
      'blkio.throttle.read_bps_device 8:16 0',
      'blkio.throttle.write_iops_device 8:0 10',
    ],
  );
});

test('v1: weights in the file of bfq, or the one before it', () => {
  const blockIO = { weight: 500, weightDevice: [{ ...disk, weight: 300 }] };
  const settings = io.settings({ blockIO }, viewOn(1, {}, true));
  assert.equal(
    settings.map(({ file, otherwise, value }) => [file, otherwise, value]),
    [
      ['blkio.bfq.weight', 'blkio.weight', '500'],
      ['blkio.bfq.weight_device', 'blkio.weight_device', '8:0 300'],
    ],
  );
  assert.ok(settings.every(({ lack }) => lack !== undefined));
});

test('v2: io.max, no limit is max', () => {
  assert.equal(
    fresh(io, 2, {
      blockIO: {
        throttleReadBpsDevice: [{ ...disk, rate: 1000 }],
        throttleWriteBpsDevice: [{ ...disk, rate: 0 }],
        throttleReadIOPSDevice: [{ ...disk, rate: 5 }],
        throttleWriteIOPSDevice: [{ ...disk, rate: 6 }],
      },
    }),
    ['io.max 8:0 rbps=1000', 'io.max 8:0 wbps=max', 'io.max 8:0 riops=5', 'io.max 8:0 wiops=6'],
  );
});

test('v2: weights as they are for bfq, scaled for io.weight', () => {
  const blockIO = { weight: 1000, weightDevice: [{ ...disk, weight: 10 }] };
  assert.equal(written(io.settings({ blockIO }, viewOn(2, { 'io.bfq.weight': '' }))), [
    'io.bfq.weight default 1000',
    'io.bfq.weight 8:0 10',
  ]);
  assert.equal(written(io.settings({ blockIO }, viewOn(2, { 'io.weight': '' }))), [
    'io.weight default 10000',
    'io.weight 8:0 1',
  ]);
});

test('leaf weights are named as ignored', () => {
  assert.is(io.ignored?.({ blockIO: { leafWeight: 10 } }, 1).length, 1);
  const device = { blockIO: { weightDevice: [{ ...disk, leafWeight: 3 }] } };
  assert.is(io.ignored?.(device, 2).length, 1);
  assert.equal(fresh(io, 2, device), []);
});

test('statistics by device', () => {
  const v1 = viewOn(1, {
    'blkio.throttle.io_service_bytes_recursive':
      '8:0 Read 100\n8:0 Write 200\n8:0 Sync 1\n8:16 Read 5\nTotal 305',
    'blkio.throttle.io_serviced_recursive': '8:0 Read 3\n8:0 Write 4',
  });
  assert.equal(io.stats?.(v1).io, [
    { device: '8:0', readBytes: 100, writeBytes: 200, reads: 3, writes: 4 },
    { device: '8:16', readBytes: 5 },
  ]);
  const v2 = viewOn(2, { 'io.stat': '8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 constructor=6' });
  assert.equal(io.stats?.(v2).io, [
    { device: '8:0', readBytes: 1, writeBytes: 2, reads: 3, writes: 4 },
  ]);
});

test.run();
