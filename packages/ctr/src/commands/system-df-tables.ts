import { formatAge, formatBytes, formatTable } from '@ctrkit/cli-kit';
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

type CacheUsage = DiskUsage['buildCache'][number];

function cacheColumns(now: Date): Column<CacheUsage>[] {
  return [
    { header: 'CACHE ID', value: ({ id }) => id.slice(0, 12) },
    { header: 'CACHE TYPE', value: ({ type }) => type },
    { header: 'SIZE', value: ({ size }) => formatBytes(size) },
    { header: 'CREATED', value: ({ created }) => formatAge(new Date(created), now) },
    { header: 'LAST USED', value: ({ lastUsed }) => formatAge(lastUsed, now) },
    { header: 'SHARED', value: ({ inUse }) => String(inUse) },
  ];
}

const cachedSize = ({ buildCache }: DiskUsage): number =>
  buildCache.filter(({ inUse }) => !inUse).reduce((sum, { size }) => sum + size, 0);

/** What each image, container, volume and step of a build takes, in docker's tables. */
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
    `\nBuild cache usage: ${formatBytes(cachedSize(usage), 4)}\n\n`,
    formatTable(usage.buildCache, cacheColumns(now)),
  ].join('');
}
