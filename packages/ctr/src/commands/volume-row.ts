import { formatBytes } from '@ctrkit/cli-kit';
import type { Column, ListSettings } from '@ctrkit/cli-kit';
import type { Volume } from '@ctrkit/engine';

/** A line of `volume ls`, under docker's names of its fields. */
export interface VolumeRow {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Mountpoint: string;
  /** `key=value` with commas between them. */
  readonly Labels: string;
  /** How many containers have it; a list does not count, here as with docker: `N/A`. */
  readonly Links: string;
  readonly Size: string;
  /** Of clusters of docker. */
  readonly Availability: string;
  readonly Group: string;
  readonly Status: string;
  /** The value of one label; empty where there is none. */
  readonly Label: (name: string) => string;
}

const headers = {
  Name: 'VOLUME NAME',
  Driver: 'DRIVER',
  Scope: 'SCOPE',
  Mountpoint: 'MOUNTPOINT',
  Labels: 'LABELS',
  Links: 'LINKS',
  Size: 'SIZE',
  Availability: 'AVAILABILITY',
  Group: 'GROUP',
  Status: 'STATUS',
} as const;

const NOT_KNOWN = 'N/A';

/** Columns of some fields. */
export const volumeColumns = (names: readonly (keyof typeof headers)[]): Column<VolumeRow>[] =>
  names.map((name) => ({ header: headers[name], value: (row) => row[name] }));

/** How `volume ls` shows its rows. */
export const volumeList: Omit<ListSettings<VolumeRow>, 'format'> = {
  columns: volumeColumns(['Driver', 'Name']),
  headers,
  type: '*formatter.volumeContext',
};

/** What a list shows of a volume; its size in bytes and who has it, where that was looked up. */
export function volumeRow(volume: Volume, size?: number): VolumeRow {
  const labels = Object.entries(volume.labels);
  return {
    Name: volume.name,
    Driver: 'local',
    Scope: 'local',
    Mountpoint: volume.mountpoint,
    Labels: labels.map(([key, value]) => `${key}=${value}`).toSorted().join(','), // prettier-ignore
    Links: size === undefined ? NOT_KNOWN : String(volume.users.length),
    Size: size === undefined ? NOT_KNOWN : formatBytes(size),
    Availability: NOT_KNOWN,
    Group: NOT_KNOWN,
    Status: NOT_KNOWN,
    Label: (name) => (Object.hasOwn(volume.labels, name) ? (volume.labels[name] ?? '') : ''),
  };
}
