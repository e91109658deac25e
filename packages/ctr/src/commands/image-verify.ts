import { defineCommand, formatBytes, formatList } from '@ctrkit/cli-kit';
import type { Command, ListSettings } from '@ctrkit/cli-kit';
import { verifyImages } from '@ctrkit/engine';
import type { DamagedLayer, VerifiedImages } from '@ctrkit/engine';
import type { Problem } from '@ctrkit/image-store';
import { familiarReference, parseReference } from '@ctrkit/oci';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

interface Row {
  readonly Status: 'damaged' | 'repaired';
  readonly Problem: string;
  readonly Object: string;
  readonly Images: string;
  readonly Message: string;
  /** What to pull again. */
  readonly Pull: string;
}

export const command: Command = defineCommand({
  operands: '[IMAGE...]',
  options: {
    ...directoryOptions,
    repair: { type: 'boolean', describe: 'Pull again what is damaged or missing' },
    format: { type: 'string', describe: "Format output: 'table', 'json' or a Go template" },
  },
  async run({ options, operands }, context) {
    const { format = '', repair } = options;
    const result = await verifyImages(engineOf(options, context.env), {
      images: operands,
      repair,
      signal: context.signal,
    });
    const rows = rowsOf(result);
    if (rows.length > 0) context.stdout.write(formatList(rows, { format, ...list }));
    const open = rows.filter(({ Status }) => Status === 'damaged').length;
    const read = `${result.blobs} blobs, ${formatBytes(result.bytes)}`;
    context.stderr.write(`Verified ${read}: ${open === 0 ? 'all is well' : `${open} damaged`}\n`);
    return open === 0 ? 0 : 1;
  },
});

const list: Omit<ListSettings<Row>, 'format'> = {
  columns: [
    { header: 'STATUS', value: (row) => row.Status },
    { header: 'PROBLEM', value: (row) => row.Problem },
    { header: 'OBJECT', value: (row) => row.Object },
    { header: 'IMAGES', value: (row) => row.Images },
    { header: 'PULL AGAIN', value: (row) => row.Pull },
    { header: 'MESSAGE', value: (row) => row.Message },
  ],
  headers: {
    Status: 'STATUS',
    Problem: 'PROBLEM',
    Object: 'OBJECT',
    Images: 'IMAGES',
    Message: 'MESSAGE',
    Pull: 'PULL AGAIN',
  },
  type: '*formatter.verifyContext',
};

function rowsOf({ problems, repaired, layers }: VerifiedImages): Row[] {
  return [
    ...repaired.map((problem) => blobRow(problem, 'repaired')),
    ...problems.map((problem) => blobRow(problem, 'damaged')),
    ...layers.map(layerRow),
  ];
}

function blobRow(problem: Problem, Status: Row['Status']): Row {
  const { code, digest, path, images, pull, message, repairError } = problem;
  return {
    Status,
    Problem: code,
    Object: digest ?? path,
    Images: images.map(familiar).join(','),
    Pull: Status === 'repaired' ? '' : pull.map(familiar).join(','),
    Message: repairError === undefined ? message : `${message}; not repaired: ${repairError}`,
  };
}

function layerRow({ id, paths, repaired, repairError }: DamagedLayer): Row {
  const differ = `unpacked layer differs at ${paths.slice(0, 3).join(', ')}`;
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return {
    Status: repaired ? 'repaired' : 'damaged',
    Problem: 'LAYER_DAMAGED',
    Object: id,
    Images: '',
    Pull: '',
    Message: `${differ}${more}${repairError === undefined ? '' : `; not repaired: ${repairError}`}`,
  };
}

// A nameless image goes by its digest.
function familiar(name: string): string {
  return name.startsWith('sha256:') ? name : familiarReference(parseReference(name));
}
