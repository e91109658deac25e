import type { LinuxBlockIo, LinuxThrottleDevice, LinuxWeightDevice } from '@ctrkit/oci';
import { ioWeightOf } from '../convert.ts';
import { parseCount } from '../numbers.ts';
import type { IoStats } from '../stats.ts';
import type { Controller, Setting, View } from './controller.ts';

const device = ({ major, minor }: { major: number; minor: number }): string => `${major}:${minor}`;

const noLeaf = 'blockIO.leafWeight: kernels since 5.0 have no such value';

// rate 0 takes a limit away: v1 says so with 0, v2 with max.
const throttleFiles = [
  { key: 'throttleReadBpsDevice', v1: 'read_bps_device', v2: 'rbps' },
  { key: 'throttleWriteBpsDevice', v1: 'write_bps_device', v2: 'wbps' },
  { key: 'throttleReadIOPSDevice', v1: 'read_iops_device', v2: 'riops' },
  { key: 'throttleWriteIOPSDevice', v1: 'write_iops_device', v2: 'wiops' },
] as const;

function throttles(io: LinuxBlockIo, version: 1 | 2): Setting[] {
  return throttleFiles.flatMap(({ key, v1, v2 }) =>
    (io[key] ?? []).map((limit: LinuxThrottleDevice): Setting => {
      if (version === 1) {
        return { file: `blkio.throttle.${v1}`, value: `${device(limit)} ${limit.rate}` };
      }
      const rate = limit.rate === 0 ? 'max' : String(limit.rate);
      return { file: 'io.max', value: `${device(limit)} ${v2}=${rate}` };
    }),
  );
}

// The bfq scheduler has its own files: in v1 they replace the old ones, in v2 they stand beside io.weight.
function weightsV1(io: LinuxBlockIo): Setting[] {
  const lack = 'blockIO.weight: no I/O scheduler of this kernel knows weights (bfq does)';
  const weights = (io.weightDevice ?? []).filter(({ weight = 0 }) => weight > 0);
  return [
    ...(io.weight === undefined || io.weight === 0
      ? []
      : [{ file: 'blkio.bfq.weight', otherwise: 'blkio.weight', value: String(io.weight), lack }]),
    ...weights.map((entry) => ({
      file: 'blkio.bfq.weight_device',
      otherwise: 'blkio.weight_device',
      lack,
      value: `${device(entry)} ${entry.weight}`,
    })),
  ];
}

function weightsV2(io: LinuxBlockIo, view: View): Setting[] {
  const lack = 'blockIO.weight: this kernel has neither io.weight nor bfq';
  const bfq = view.list().includes('io.bfq.weight');
  const file = bfq ? 'io.bfq.weight' : 'io.weight';
  const scaled = (weight: number): number => (bfq ? weight : ioWeightOf(weight));
  const weights = (io.weightDevice ?? []).filter(({ weight = 0 }) => weight > 0);
  return [
    ...(io.weight === undefined || io.weight === 0
      ? []
      : [{ file, value: `default ${scaled(io.weight)}`, lack }]),
    ...weights.map((entry: LinuxWeightDevice) => ({
      file,
      lack,
      value: `${device(entry)} ${scaled(entry.weight ?? 0)}`,
    })),
  ];
}

type Counts = { -readonly [K in keyof IoStats]: IoStats[K] };

function countsOf(map: Map<string, Counts>, name: string): Counts {
  const counts = map.get(name) ?? { device: name };
  map.set(name, counts);
  return counts;
}

function statsV1(view: View): IoStats[] {
  const counts = new Map<string, Counts>();
  const take = (
    file: string,
    read: 'readBytes' | 'reads',
    write: 'writeBytes' | 'writes',
  ): void => {
    for (const line of (view.read(file) ?? '').split('\n')) {
      const [name = '', kind, text] = line.split(' ');
      const value = parseCount(text);
      if (value === undefined) continue;
      if (kind === 'Read') countsOf(counts, name)[read] = value;
      if (kind === 'Write') countsOf(counts, name)[write] = value;
    }
  };
  take('blkio.throttle.io_service_bytes_recursive', 'readBytes', 'writeBytes');
  take('blkio.throttle.io_serviced_recursive', 'reads', 'writes');
  return [...counts.values()];
}

const keysV2 = {
  rbytes: 'readBytes',
  wbytes: 'writeBytes',
  rios: 'reads',
  wios: 'writes',
} as const;

function statsV2(view: View): IoStats[] {
  const counts = new Map<string, Counts>();
  for (const line of (view.read('io.stat') ?? '').split('\n')) {
    const [name = '', ...pairs] = line.split(' ');
    for (const pair of pairs) {
      const [key = '', text] = pair.split('=');
      const field = Object.hasOwn(keysV2, key) ? keysV2[key as keyof typeof keysV2] : undefined;
      const value = parseCount(text);
      if (field !== undefined && value !== undefined) countsOf(counts, name)[field] = value;
    }
  }
  return [...counts.values()];
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html#io and cgroup-v1/blkio-controller.html */
export const io: Controller = {
  names: { 1: 'blkio', 2: 'io' },
  settings({ blockIO }, view) {
    if (blockIO === undefined) return [];
    const weights = view.version === 1 ? weightsV1(blockIO) : weightsV2(blockIO, view);
    return [...weights, ...throttles(blockIO, view.version)];
  },
  ignored({ blockIO = {} }) {
    const leaf =
      (blockIO.leafWeight ?? 0) > 0 ||
      (blockIO.weightDevice ?? []).some(({ leafWeight = 0 }) => leafWeight > 0);
    return leaf ? [noLeaf] : [];
  },
  stats: (view) => ({ io: view.version === 1 ? statsV1(view) : statsV2(view) }),
};
