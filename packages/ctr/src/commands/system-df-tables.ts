import { formatBytes, formatTable } from '@ctrkit/cli-kit';
import type { Column } from '@ctrkit/cli-kit';
import type { DiskUsage } from '@ctrkit/engine';
import { newestFirst } from '@ctrkit/image-store';
import { containerColumns } from './container-row.ts';
import { imageColumn, imageRow, ownRows } from './image-row.ts';
import type { ImageRow } from './image-row.ts';
import { volumeColumns, volumeRow } from './volume-row.ts';

const imageColumns = (
  [
    'Repository',
    'Tag',
    'ID',
    'CreatedSince',
    'Size',
    'SharedSize',
    'UniqueSize',
    'Containers',
  ] as const
).map(imageColumn);

type ContainerUsage = DiskUsage['containers'][number];

function usageColumns(now: Date): Column<ContainerUsage>[] {
  const view = { now, truncate: true };
  return [
    ...containerColumns(view, ['ID', 'Image', 'Command', 'LocalVolumes']),
    { header: 'SIZE', value: ({ size }) => formatBytes(size) },
    ...containerColumns(view, ['RunningFor', 'Status', 'Names']),
  ];
}

function imageRows({ images }: DiskUsage, now: Date): ImageRow[] {
  const byId = new Map(images.map((image) => [image.id, image]));
  const records = ownRows(images.flatMap((image) => image.records));
  return newestFirst(records).map((record): ImageRow => {
    const { size = 0, sharedSize = 0, uniqueSize = 0, containers = 0 } = byId.get(record.id) ?? {};
    return {
      ...imageRow(record, { now, truncate: true, size }),
      SharedSize: formatBytes(sharedSize, 4),
      UniqueSize: formatBytes(uniqueSize, 4),
      Containers: String(containers),
    };
  });
}

/** What each image, container and volume takes, in docker's tables. */
export function usageTables(usage: DiskUsage, now: Date): string {
  return [
    'Images space usage:\n\n',
    formatTable(imageRows(usage, now), imageColumns),
    '\nContainers space usage:\n\n',
    formatTable(usage.containers, usageColumns(now)),
    '\nLocal Volumes space usage:\n\n',
    formatTable(
      usage.volumes.map((volume) => volumeRow(volume, volume.size)),
      volumeColumns(['Name', 'Links', 'Size']),
    ),
  ].join('');
}
