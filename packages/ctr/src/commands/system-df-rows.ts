import { formatBytes } from '@ctrkit/cli-kit';
import type { Column, ListSettings } from '@ctrkit/cli-kit';
import type { DiskUsage } from '@ctrkit/engine';

/** A line of `system df`, under docker's names of its fields. */
export interface UsageRow {
  readonly Type: string;
  readonly TotalCount: string;
  readonly Active: string;
  readonly Size: string;
  readonly Reclaimable: string;
}

const headers = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
} as const;

const column = (name: keyof UsageRow): Column<UsageRow> => ({
  header: headers[name],
  value: (row) => row[name],
});

/** How `system df` shows its rows. */
export const usageList: Omit<ListSettings<UsageRow>, 'format'> = {
  columns: (['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'] as const).map(column),
  headers,
  type: '*formatter.diskUsageContext',
};

function row(
  type: string,
  { all, active }: { all: number; active: number },
  { size, reclaimable }: { size: number; reclaimable: number },
): UsageRow {
  const percent = size === 0 ? '' : ` (${Math.floor((reclaimable * 100) / size)}%)`;
  return {
    Type: type,
    TotalCount: String(all),
    Active: String(active),
    Size: formatBytes(size, 4),
    Reclaimable: `${formatBytes(reclaimable, 4)}${percent}`,
  };
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

/** What everything takes, a row for each kind of thing. */
export function usageRows(usage: DiskUsage): UsageRow[] {
  const { images, containers, volumes, buildCache, imagesSize, imagesReclaimable } = usage;
  const cached = buildCache.filter(({ inUse }) => !inUse);
  const unused = volumes.filter(({ users }) => users.length === 0);
  const resting = containers.filter(({ state }) => state.status !== 'running');
  return [
    row(
      'Images',
      { all: images.length, active: images.filter((image) => image.containers > 0).length },
      { size: imagesSize, reclaimable: imagesReclaimable },
    ),
    row(
      'Containers',
      { all: containers.length, active: containers.length - resting.length },
      {
        size: sum(containers.map(({ size }) => size)),
        reclaimable: sum(resting.map(({ size }) => size)),
      },
    ),
    row(
      'Local Volumes',
      { all: volumes.length, active: volumes.length - unused.length },
      {
        size: sum(volumes.map(({ size }) => size)),
        reclaimable: sum(unused.map(({ size }) => size)),
      },
    ),
    row(
      'Build Cache',
      { all: buildCache.length, active: buildCache.length - cached.length },
      {
        size: sum(cached.map(({ size }) => size)),
        reclaimable: sum(cached.map(({ size }) => size)),
      },
    ),
  ];
}
