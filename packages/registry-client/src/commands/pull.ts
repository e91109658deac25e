import { CliError, defineCommand, formatBytes, printRows, progressOption } from '@ctrkit/cli-kit';
import type { Command, Output } from '@ctrkit/cli-kit';
import { openLayout } from '@ctrkit/layout';
import { formatReference, isNameOnly, parsePlatform, parseReference } from '@ctrkit/oci';
import type { Reference } from '@ctrkit/oci';
import { pipeline } from 'node:stream/promises';
import { nameOf } from '../pull/record-image.ts';
import { pull } from '../pull/pull.ts';
import type { PullOptions, PullResult } from '../pull/pull.ts';
import type { RegistryClient } from '../registry-client.ts';
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
    'all-tags': {
      type: 'boolean',
      alias: 'a',
      describe: 'Every tag of the repository',
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
    const { stdout, signal } = context;
    const client = await commandClient(context, options);
    const { event } = context.progress(options.quiet ? 'none' : options.progress);
    const onFallback = (text: string): void => event({ type: 'message', text });
    const references = options['all-tags']
      ? await allTags(client, image, signal)
      : [parseReference(image)];
    const [first] = references;
    if (first === undefined) throw new CliError('USAGE', `${image}: has no tags`, { exitCode: 1 });
    // Before anything is made: a name that leads nowhere leaves nothing behind.
    const resolved = await client.resolve(first, { signal, onFallback });
    const wanted: Wanted = {
      references,
      optionsFor: (reference) => ({
        client,
        // Where other tools look for it: `oci:DIR:TAG`.
        name: reference.digest === undefined ? (reference.tag ?? 'latest') : nameOf(reference),
        signal,
        onEvent: event,
        ...(reference === first && { resolved }),
        ...(options.platform !== undefined && { platform: options.platform }),
      }),
    };
    if (options.output === '-') await toStream(stdout, wanted, signal);
    else await toDirectory(options.output, stdout, wanted);
  },
});

/** What is to be pulled, one after the other: what they share is fetched once. */
interface Wanted {
  references: Reference[];
  optionsFor: (reference: Reference) => PullOptions;
}

async function allTags(
  client: RegistryClient,
  name: string,
  signal: AbortSignal,
): Promise<Reference[]> {
  if (!isNameOnly(name)) {
    throw new CliError('USAGE', "tag can't be used with --all-tags/-a");
  }
  const { registry, repository } = parseReference(name);
  const references: Reference[] = [];
  for await (const tag of client.tags({ registry, repository }, { signal })) {
    references.push({ registry, repository, tag });
  }
  return references;
}

async function toDirectory(directory: string, stdout: Output, wanted: Wanted): Promise<void> {
  const layout = await openLayout(directory, { create: true });
  const rows = [];
  for (const reference of wanted.references) {
    rows.push(rowOf(reference, await pull(reference, layout, wanted.optionsFor(reference))));
  }
  await removeIngestIfEmpty(layout);
  await printRows(stdout, rows, {
    columns: [
      { header: 'NAME', value: (row) => row.name },
      { header: 'DIGEST', value: (row) => row.digest },
      { header: 'DOWNLOADED', value: (row) => formatBytes(row.downloadedBytes) },
      { header: 'CHANGED', value: (row) => (row.changed ? 'yes' : 'no') },
    ],
  });
}

async function toStream(stdout: Output, wanted: Wanted, signal: AbortSignal): Promise<void> {
  if (stdout.isTerminal) {
    throw new CliError(
      'USAGE',
      'a tar archive is not for a terminal: redirect stdout, or name a directory',
    );
  }
  await using staging = await stagingDirectory();
  const layout = await openLayout(staging.path, { create: true });
  const images = [];
  for (const reference of wanted.references) {
    const { target } = await pull(reference, layout, wanted.optionsFor(reference));
    images.push({ name: nameOf(reference), descriptor: target });
  }
  const { writeLayoutTar } = await import('../layout-tar.ts');
  await pipeline(writeLayoutTar(layout, images), stdout.stream(), { signal });
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
