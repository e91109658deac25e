import { executeTemplate, parseTemplate } from '@ctrkit/cli-kit';
import type { Context } from '@ctrkit/cli-kit';

/** The flag of everything that inspects. */
export const inspectFormat = {
  type: 'string',
  alias: 'f',
  describe: "Format output using a Go template, or 'json' for an object a line",
} as const;

/** Finds an object by what the user called it; undefined where there is none. */
export type Find = (nameOrId: string) => Promise<object | undefined>;

const INDENT = 4;
/** Docker's exit code for a template that it cannot read. */
const TEMPLATE_EXIT_CODE = 64;

function printer(format: string | undefined): (found: readonly object[]) => string {
  if (format === undefined) return (found) => `${JSON.stringify(found, null, INDENT)}\n`;
  const text = format === 'json' ? '{{json .}}' : format;
  const template = parseTemplate(text, { exitCode: TEMPLATE_EXIT_CODE });
  return (found) =>
    found
      .map((each) => executeTemplate(template, each, { missingKey: 'error', maps: ['Labels'] }))
      .map((line) => `${line}\n`)
      .join('');
}

/**
 * Prints what there is of the objects that are meant, and says which are not there. Returns the exit code.
 * @param absent what is said of one that is not there
 */
export async function inspectObjects(
  operands: readonly string[],
  {
    find,
    format,
    absent,
  }: { find: Find; format: string | undefined; absent: (name: string) => string },
  { stdout, stderr }: Pick<Context, 'stdout' | 'stderr'>,
): Promise<number> {
  const print = printer(format);
  const found: object[] = [];
  const missing: string[] = [];
  for (const name of operands) {
    const object = await find(name);
    if (object === undefined) missing.push(name);
    else found.push(object);
  }
  stdout.write(print(found));
  for (const name of missing) stderr.write(`${absent(name)}\n`);
  return missing.length === 0 ? 0 : 1;
}
