import { printable, printableLine } from '../printable.ts';
import { formatTable, type Column } from '../table.ts';
import { alignTabs } from './align-tabs.ts';
import { executeTemplate, executeWith } from './execute.ts';
import { headerFunctions } from './functions.ts';
import { goJson } from './json.ts';
import type { ExecuteOptions } from './machine.ts';
import type { Template } from './nodes.ts';
import { parseTemplate } from './parse.ts';
import type { TemplateErrors } from './template-error.ts';

/** How a command shows what it lists, under docker's names of its fields. */
export interface ListSettings<Item> {
  /** `table`, `json`, `table TEMPLATE` or `TEMPLATE`; empty is `table`. */
  readonly format: string;
  /** Those of `table`. */
  readonly columns: readonly Column<Item>[];
  /** All fields of one, which templates and `json` need. @default it is one itself */
  readonly rowOf?: (item: Item) => object;
  /** The header of each field in `table TEMPLATE`; of a method, a function that makes it. */
  readonly headers: Readonly<Record<string, string | ((name: string) => string)>>;
  /** The name of the row's type in messages: `*formatter.ContainerContext`. */
  readonly type: string;
  readonly errors?: TemplateErrors;
}

const TABLE = 'table';

/** Docker takes `\t` and `\n` for what they mean, everywhere in a format. */
const unescaped = (text: string): string => text.replaceAll('\\t', '\t').replaceAll('\\n', '\n');

/** Cells can neither steer the terminal nor begin a line. */
function safeRow(row: object): object {
  const safe = (value: unknown): unknown => {
    if (typeof value === 'string') return printableLine(value);
    if (typeof value !== 'function') return value;
    const method = value as (name: string) => unknown;
    return (name: string): unknown => safe(method(name));
  };
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, safe(value)]));
}

function templateTable(
  rows: readonly object[],
  template: Template,
  headers: object,
  options: ExecuteOptions,
): string {
  const lines = [
    executeWith(headerFunctions, template, headers, options),
    ...rows.map((row) => executeTemplate(template, safeRow(row), options)),
  ];
  return alignTabs(lines.map((line) => `${line}\n`).join(''));
}

function lines(
  rows: readonly object[],
  template: Template,
  headers: object,
  options: ExecuteOptions,
): string {
  // A mistake is one where there are no rows too.
  if (rows.length === 0) executeWith(headerFunctions, template, headers, options);
  return rows.map((row) => `${executeTemplate(template, row, options)}\n`).join('');
}

/**
 * The rows of a list by docker's `--format`: a table with the columns, one JSON object a line, a table by a template
 * (its header is the template executed on the names of the fields), or a line for each row. Safe to show: control
 * characters are escaped.
 *
 * Throws CliError TEMPLATE_INVALID, TEMPLATE_FAILED, TEMPLATE_LIMIT.
 * @see https://docs.docker.com/engine/cli/formatting/
 */
export function formatList<Item extends object>(
  items: readonly Item[],
  { format, columns, rowOf = (item) => item, headers, type, errors = {} }: ListSettings<Item>,
): string {
  if (format === '' || format === TABLE) return formatTable(items, columns);
  const rows = items.map(rowOf);
  if (format === 'json') {
    return printable(rows.map((row) => `${goJson(row, { isRow: true })}\n`).join(''));
  }
  const isTable = format.startsWith(TABLE);
  const text = isTable ? format.slice(TABLE.length) : format;
  const template = parseTemplate(unescaped(text.replace(/^ +| +$/g, '')), errors);
  const make = isTable ? templateTable : lines;
  return printable(make(rows, template, headers, { type, errors }));
}
