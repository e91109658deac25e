import { CliError, defineCommand, filterOption, formatList } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { searchFilter } from './search-filter.ts';
import { searchList, searchRow } from './search-row.ts';

const MOST = 100;
const USUAL = 25;

/** Docker's: 0 is what is usual. */
function limitOf(limit: number): number {
  if (limit >= 0 && limit <= MOST) return limit === 0 ? USUAL : limit;
  throw new CliError('USAGE', `limit ${limit} is outside the range of [1, ${MOST}]`, {
    exitCode: 1,
    pointer: 'none',
  });
}

/** `r.example.com/term` is searched for there, by the rules by which an image's name has a registry. */
function placeOf(text: string): { server: string; term: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(0, slash));
  const isServer = /[.:]/.test(first) || first === 'localhost';
  const [server, term] = isServer ? [first, text.slice(slash + 1)] : ['', text];
  return { server, term: server === '' ? term.replace(/^library\//, '') : term };
}

export const command: Command = defineCommand({
  operands: 'TERM',
  options: {
    filter: filterOption,
    format: { type: 'string', describe: 'Pretty-print search using a Go template' },
    limit: { type: 'number', default: 0, describe: 'Max number of search results' },
    'no-trunc': { type: 'boolean', describe: "Don't truncate output" },
  },
  async run({ options, operands: [text] }, { env, stdout, stderr, signal }) {
    const passes = searchFilter(options.filter);
    const limit = limitOf(options.limit);
    const { parseServer, userRegistryClient } = await import('@ctrkit/registry-client');
    const { server, term } = placeOf(text);
    const client = await userRegistryClient({
      env,
      onMessage: (text) => stderr.write(`${text}\n`),
    });
    const found = await client.search(parseServer(server), term, { limit, signal });
    const { format = '' } = options;
    const shown = { truncate: !options['no-trunc'], isJson: format === 'json' };
    const rows = found.filter(passes).map((result) => searchRow(result, shown));
    stdout.write(formatList(rows, { format, ...searchList }));
  },
});
