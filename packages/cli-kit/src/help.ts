import type { Cli, Command, CommandEntry } from './command.ts';
import { frontOptions, namesOf } from './find-command.ts';
import { aliasesOf, type Option, type Options } from './options.ts';

const valueNames = { boolean: '', string: 'string', number: 'int', array: 'list' } as const;

function left(name: string, option: Option): string {
  const { short } = aliasesOf(option);
  const value = option.type === 'boolean' ? '' : (option.valueName ?? valueNames[option.type]);
  return `  ${short === undefined ? '   ' : `-${short},`} --${name}${value === '' ? '' : ` ${value}`}`;
}

function right(option: Option): string {
  if (option.default === undefined || option.default === false) return option.describe;
  const value = typeof option.default === 'string' ? `"${option.default}"` : String(option.default);
  return `${option.describe} (default ${value})`;
}

function optionLines(title: string, options: Options): string[] {
  const shown = Object.entries(options)
    .filter(([, option]) => option.hidden !== true)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...shown.map(([name, option]) => left(name, option).length)) + 3;
  const lines = shown.map(([name, option]) => left(name, option).padEnd(width) + right(option));
  return lines.length === 0 ? [] : ['', title, ...lines];
}

/** `ctr run [OPTIONS] IMAGE [COMMAND] [ARG...]`; another way to write it is on a line of its own. */
export function usageLine(path: string, command: Command): string {
  const options = Object.keys(command.options ?? {}).length > 0 ? '[OPTIONS]' : '';
  const line = (operands = ''): string =>
    [path, options, operands].filter((part) => part !== '').join(' ');
  const { operands, alternative } = command;
  return alternative === undefined ? line(operands) : `${line(operands)}\n\t${line(alternative)}`;
}

/** The help of one command, in docker's layout. */
export function commandHelp(
  cli: Cli,
  path: string,
  entry: Partial<CommandEntry> & { describe: string },
  command: Command,
): string {
  const aliases = (entry.aliases ?? []).map((alias) => `${cli.name} ${alias}`);
  const lines = [
    `Usage:  ${usageLine(path, command)}`,
    '',
    entry.describe,
    ...(aliases.length === 0 ? [] : ['', 'Aliases:', `  ${[path, ...aliases].join(', ')}`]),
    ...optionLines('Options:', command.options ?? {}),
  ];
  return `${lines.join('\n')}\n`;
}

type Lines = readonly (readonly [name: string, describe: string])[];

function listLines(title: string, entries: Lines): string[] {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(12, ...sorted.map(([name]) => name.length + 2));
  const lines = sorted.map(([name, describe]) => `  ${name.padEnd(width)}${describe}`);
  return lines.length === 0 ? [] : ['', title, ...lines];
}

/** Docker lists groups first; the commands of a group are in the help of the group. */
function topLines(cli: Cli, shown: readonly CommandEntry[]): string[] {
  const groups = Object.entries(cli.groups ?? {});
  const single = shown.filter(
    (entry) => !groups.some(([name]) => entry.name.startsWith(`${name} `)),
  );
  return [
    '',
    cli.describe,
    ...listLines('Management Commands:', groups),
    ...listLines(
      'Commands:',
      single.map((entry) => [entry.name, entry.describe]),
    ),
    ...optionLines('Global Options:', frontOptions(cli)),
  ];
}

function groupLines(cli: Cli, group: string, shown: readonly CommandEntry[]): string[] {
  const about = cli.groups?.[group];
  const prefix = `${group} `;
  // Of several names in the group, the first: the others work, and docker does not list them.
  const entries = shown.flatMap((entry) =>
    namesOf(entry)
      .filter((name) => name.startsWith(prefix))
      .slice(0, 1)
      .map((name) => [name.slice(prefix.length), entry.describe] as const),
  );
  return [...(about === undefined ? [] : ['', about]), ...listLines('Commands:', entries)];
}

/** The help of the program, or of one group of its commands. */
export function cliHelp(cli: Cli, group = ''): string {
  const shown = cli.commands.filter((entry) => entry.hidden !== true);
  const path = group === '' ? cli.name : `${cli.name} ${group}`;
  const lines = [
    `Usage:  ${path}${group === '' ? ' [OPTIONS]' : ''} COMMAND`,
    ...(group === '' && cli.fallback ? [`        ${path} [OPTIONS] ${cli.fallback.usage}`] : []),
    ...(group === '' ? topLines(cli, shown) : groupLines(cli, group, shown)),
    '',
    `Run '${path} COMMAND --help' for more information on a command.`,
  ];
  return `${lines.join('\n')}\n`;
}
