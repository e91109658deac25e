import { CliError, formatBytes, parseBytes } from '@ctrkit/cli-kit';
import type { Column, Values } from '@ctrkit/cli-kit';
import { formatReference, parsePlatform } from '@ctrkit/oci';
import type { Digest, Platform, Reference } from '@ctrkit/oci';
import type { PushOptions, PushResult } from '../push/push.ts';

/** What push and copy have in common. */
export const transferOptions = {
  platform: {
    type: 'string',
    describe: 'Only the image of this platform, such as linux/arm64',
    coerce: (text: string): Platform => parsePlatform(text),
    conflicts: ['all-platforms'],
  },
  'all-platforms': {
    type: 'boolean',
    describe: 'All platforms, or nothing when one is missing',
  },
  'chunk-size': {
    type: 'string',
    valueName: 'BYTES',
    describe: 'Send blobs in pieces of this size, such as 10m (default: in one)',
    coerce: (text: string): number => parseChunkSize(text),
  },
} as const;

/** The options of a push as the command line gave them. */
export function pushOptions(options: Values<typeof transferOptions>): PushOptions {
  const { platform, 'all-platforms': all, 'chunk-size': chunkSize } = options;
  const platforms = all ? 'all' : platform;
  return {
    ...(platforms !== undefined && { platforms }),
    ...(chunkSize !== undefined && { chunkSize }),
  };
}

/** What is printed of each image that was brought to a registry. */
export interface TransferRow {
  name: string;
  digest: Digest;
  changed: boolean;
  uploadedBytes: number;
}

export function transferRow(target: Reference, result: PushResult): TransferRow {
  const { descriptor, changed, uploadedBytes } = result;
  return { name: formatReference(target), digest: descriptor.digest, changed, uploadedBytes };
}

export const transferColumns: readonly Column<TransferRow>[] = [
  { header: 'NAME', value: (row) => row.name },
  { header: 'DIGEST', value: (row) => row.digest },
  { header: 'UPLOADED', value: (row) => formatBytes(row.uploadedBytes) },
  { header: 'CHANGED', value: (row) => (row.changed ? 'yes' : 'no') },
];

function parseChunkSize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes > 0) return bytes;
  throw new CliError('SIZE_INVALID', `${text}: a chunk has at least one byte`);
}
