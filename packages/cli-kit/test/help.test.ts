import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defineCommand, runCommandLine, type Cli, type Command } from '../src/index.ts';
import { memoryOutput } from './memory.ts';

const command: Command = defineCommand({
  operands: 'VOLUME [VOLUME...]',
  options: {
    force: { type: 'boolean', alias: 'f', describe: 'Force the removal' },
    filter: { type: 'array', valueName: 'filter', describe: 'Filter' },
    format: { type: 'string', default: 'table', describe: 'Format' },
    last: { type: 'number', alias: ['n', 'limit'], default: -1, describe: 'How many' },
    proxy: { type: 'boolean', default: true, describe: 'Proxy' },
    secret: { type: 'string', hidden: true, describe: 'Not shown' },
  },
  run: () => assert.unreachable('help runs nothing') as never,
});
const load = (): Promise<{ command: Command }> => Promise.resolve({ command });
const noLoad = (): never => assert.unreachable('this help needs no command') as never;

const cli: Cli = {
  name: 'ctr',
  version: '1.2.3',
  describe: 'Containers',
  globalOptions: { root: { type: 'string', describe: 'Where everything lives' } },
  groups: { volume: 'Manage volumes' },
  commands: [
    { name: 'volume rm', aliases: ['volume remove'], describe: 'Remove volumes', load },
    { name: 'run', describe: 'Run a container', load: noLoad },
    { name: 'internal', describe: 'Not shown', hidden: true, load: noLoad },
    { name: 'a-command-with-a-long-name', describe: 'Long', load: noLoad },
  ],
};

async function outputs(...argv: string[]): Promise<[stdout: string, stderr: string]> {
  const [stdout, stderr] = [memoryOutput(), memoryOutput()];
  assert.is(await runCommandLine(cli, argv, { stdout, stderr, env: {} }), 0);
  return [stdout.text, stderr.text];
}

const commandHelp = `Usage:  ctr volume rm [OPTIONS] VOLUME [VOLUME...]

Remove volumes

Aliases:
  ctr volume rm, ctr volume remove

Options:
      --filter filter   Filter
  -f, --force           Force the removal
      --format string   Format (default "table")
  -n, --last int        How many (default -1)
      --proxy           Proxy (default true)
`;
for (const argv of [
  ['volume', 'rm', '--help'],
  ['volume', 'rm', '-h'],
  ['volume', 'remove', 'x', '-f', '--help'],
  ['--help', 'volume', 'rm'],
]) {
  test(argv.join(' '), async () => assert.equal(await outputs(...argv), [commandHelp, '']));
}

const topHelp = `Usage:  ctr [OPTIONS] COMMAND

Containers

Management Commands:
  volume      Manage volumes

Commands:
  a-command-with-a-long-name  Long
  run                         Run a container

Global Options:
  -D, --debug                 Show where an error comes from
      --error-format string   Errors for people (text) or programs (json), on stderr (default "text")
  -h, --help                  Print what there is
      --root string           Where everything lives
  -v, --version               Print version information and quit

Run 'ctr COMMAND --help' for more information on a command.
`;
test('of the program, asked for: stdout', async () =>
  assert.equal(await outputs('--help'), [topHelp, '']));
test('of the program, not asked for: stderr, and no failure', async () =>
  assert.equal(await outputs(), ['', topHelp]));

const groupHelp = `Usage:  ctr volume COMMAND

Manage volumes

Commands:
  rm          Remove volumes

Run 'ctr volume COMMAND --help' for more information on a command.
`;
test('of a group', async () => assert.equal(await outputs('volume', '--help'), [groupHelp, '']));

test('version', async () => assert.equal(await outputs('-v'), ['ctr version 1.2.3\n', '']));

test.run();
