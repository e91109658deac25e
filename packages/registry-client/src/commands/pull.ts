import { CliError, defineCommand, formatBytes, printRows, progressOption } from '@ctrkit/cli-kit';
import type { Command, Output } from '@ctrkit/cli-kit';
import { openLayout, writeLayoutTar } from '@ctrkit/layout';
import { formatReference, parsePlatform, parseReference } from '@ctrkit/oci';
import type { Reference } from '@ctrkit/oci';
import { pipeline } from 'node:stream/promises';
import { nameOf } from '../pull/record-image.ts';
import { pull } from '../pull/pull.ts';
import type { PullOptions, PullResult } from '../pull/pull.ts';
import { clientOptions, commandClient } from './client.ts';
import { removeIngestIfEmpty, stagingDirectory } from './staging.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: {
    output: {
      type: 'string',
      alias: 'o',
      valueName: 'DIR|-',
      demandOption: true,
      describe: 'An OCI layout to add the image to, or - for a tar stream of one on stdout',
    },
    platform: {
      type: 'string',
      describe: "Platform to take from an index, such as linux/arm64 (default: this machine's)",
      coerce: parsePlatform,
    },
    progress: progressOption,
    quiet: { type: 'boolean', alias: 'q', describe: 'Show no progress' },
    ...clientOptions,
  },
  async run({ options, operands: [image] }, context) {
    const { stdout, signal, env } = context;
    const reference = parseReference(image);
    const client = await commandClient(env, options);
    const { event } = context.progress(options.quiet ? 'none' : options.progress);
    const onFallback = (text: string): void => event({ type: 'message', text });
    const pullOptions: PullOptions = {
      client,
      // Before anything is made: a name that leads nowhere leaves nothing behind.
      resolved: await client.resolve(reference, { signal, onFallback }),
      // Where other tools look for it: `oci:DIR:TAG`.
      name: reference.digest === undefined ? (reference.tag ?? 'latest') : nameOf(reference),
      signal,
      onEvent: event,
      ...(options.platform !== undefined && { platform: options.platform }),
    };
    if (options.output === '-') await toStream(stdout, reference, pullOptions);
    else await toDirectory(options.output, stdout, reference, pullOptions);
  },
});

async function toDirectory(
  directory: string,
  stdout: Output,
  reference: Reference,
  options: PullOptions,
): Promise<void> {
  const layout = await openLayout(directory, { create: true });
  const result = await pull(reference, layout, options);
  await removeIngestIfEmpty(layout);
  await printRows(stdout, [rowOf(reference, result)], {
    columns: [
      { header: 'NAME', value: (row) => row.name },
      { header: 'DIGEST', value: (row) => row.digest },
      { header: 'DOWNLOADED', value: (row) => formatBytes(row.downloadedBytes) },
      { header: 'CHANGED', value: (row) => (row.changed ? 'yes' : 'no') },
    ],
  });
}

async function toStream(stdout: Output, reference: Reference, options: PullOptions): Promise<void> {
  if (stdout.isTerminal) {
    throw new CliError(
      'USAGE',
      'a tar archive is not for a terminal: redirect stdout, or name a directory',
    );
  }
  await using staging = await stagingDirectory();
  const layout = await openLayout(staging.path, { create: true });
  const { target } = await pull(reference, layout, options);
  const images = [{ name: nameOf(reference), descriptor: target }];
  const { signal } = options;
  await pipeline(writeLayoutTar(layout, images), stdout.stream(), signal ? { signal } : {});
}

function rowOf(reference: Reference, { target, descriptor, changed, downloadedBytes }: PullResult) {
  return {
    name: formatReference(reference),
    digest: target.digest,
    manifest: descriptor.digest,
    changed,
    downloadedBytes,
  };
}
