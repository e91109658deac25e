import { CliError, defineCommand, formatOption, printRows, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { isNameOnly, parseReference } from '@ctrkit/oci';
import { parseServer } from '../auth/registry-key.ts';
import { sync } from '../copy/sync.ts';
import type { SyncedTag, SyncOptions } from '../copy/sync.ts';
import type { Repository } from '../copy/repository.ts';
import type { RegistryClient } from '../registry-client.ts';
import { clientOptions, commandClient } from './client.ts';
import { globMatcher } from './glob.ts';

export const command: Command = defineCommand({
  operands: 'SOURCE TARGET',
  options: {
    all: {
      type: 'boolean',
      alias: 'a',
      describe: 'Every repository: SOURCE and TARGET are REGISTRY[/PREFIX]',
    },
    tag: {
      type: 'array',
      alias: 't',
      valueName: 'PATTERN',
      describe: 'Only tags that fit, such as v1.* (default: all)',
      coerce: (text: string): ((tag: string) => boolean) => globMatcher(text),
    },
    'dry-run': { type: 'boolean', describe: 'Tell what is missing and write nothing' },
    progress: progressOption,
    format: formatOption,
    ...clientOptions,
  },
  async run({ options, operands: [source, target] }, context) {
    const { stdout, signal } = context;
    const client = await commandClient(context, options);
    const patterns = options.tag;
    const settings: SyncOptions = {
      client,
      signal,
      dryRun: options['dry-run'],
      wants: (tag) => patterns.length === 0 || patterns.some((fits) => fits(tag)),
      onEvent: context.progress(options.progress).event,
    };
    const pairs = options.all
      ? allPairs(client, source, target, signal)
      : [{ from: repositoryOf(source), to: repositoryOf(target) }];
    await printRows(stdout, synced(pairs, settings), {
      format: options.format,
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'DIGEST', value: (row) => row.digest },
        { header: 'STATUS', value: (row) => row.status },
      ],
    });
  },
});

interface Pair {
  from: Repository;
  to: Repository;
}

async function* synced(
  pairs: Iterable<Pair> | AsyncIterable<Pair>,
  settings: SyncOptions,
): AsyncGenerator<SyncedTag, void, undefined> {
  for await (const { from, to } of pairs) yield* sync(from, to, settings);
}

async function* allPairs(
  client: RegistryClient,
  source: string,
  target: string,
  signal: AbortSignal,
): AsyncGenerator<Pair, void, undefined> {
  const [from, to] = [split(source), split(target)];
  for await (const name of client.catalog(from.registry, { signal })) {
    if (!name.startsWith(from.prefix)) continue;
    const repository = `${to.prefix}${name.slice(from.prefix.length)}`;
    yield {
      from: { registry: from.registry, repository: name },
      to: { registry: to.registry, repository: checked(repository) },
    };
  }
}

function split(text: string): { registry: string; prefix: string } {
  const [server = '', ...rest] = text.replace(/\/$/, '').split('/');
  // Here the first part is a registry whatever it looks like: `backup` is none of Docker Hub's repositories.
  const registry = parseServer(server);
  return { registry, prefix: rest.length === 0 ? '' : `${rest.join('/')}/` };
}

// Any registry does that is taken for one.
const checked = (repository: string): string => repositoryOf(`localhost/${repository}`).repository;

function repositoryOf(name: string): Repository {
  if (!isNameOnly(name)) {
    throw new CliError('USAGE', `${name}: name a repository, without a tag`);
  }
  const { registry, repository } = parseReference(name);
  return { registry, repository };
}
