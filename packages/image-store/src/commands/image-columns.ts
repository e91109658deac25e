import { formatBytes } from '@ctrkit/cli-kit';
import type { Column } from '@ctrkit/cli-kit';
import { formatPlatform } from '@ctrkit/oci';
import type { ImageRecord } from '../image-record.ts';

/** An image in a table. */
export const imageColumns: readonly Column<ImageRecord>[] = [
  { header: 'NAME', value: ({ name }) => name ?? '<none>' },
  { header: 'IMAGE ID', value: ({ id }) => id.slice('sha256:'.length).slice(0, 12) },
  { header: 'PLATFORM', value: ({ platform, problem }) => (platform === undefined ? (problem ?? '') : formatPlatform(platform)) }, // prettier-ignore
  { header: 'CREATED', value: ({ created }) => created ?? '' },
  { header: 'SIZE', value: ({ size }) => formatBytes(size) },
];
