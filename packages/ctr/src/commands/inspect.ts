import { defineCommand, executeTemplate, parseTemplate } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { inspectContainer } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

const INDENT = 4;
/** Docker's exit code for a template that it cannot read. */
const TEMPLATE_EXIT_CODE = 64;

interface Inspected {
  readonly found: Record<string, unknown>[];
  readonly absent: string[];
}

function inspect(engine: Engine, operands: readonly string[]): Inspected {
  const result: Inspected = { found: [], absent: [] };
  for (const name of operands) {
    try {
      result.found.push(inspectContainer(engine, name));
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'CONTAINER_NOT_FOUND') throw error;
      result.absent.push(name);
    }
  }
  return result;
}

function printer(format: string | undefined): (found: Inspected['found']) => string {
  if (format === undefined) return (found) => `${JSON.stringify(found, null, INDENT)}\n`;
  const text = format === 'json' ? '{{json .}}' : format;
  const template = parseTemplate(text, { exitCode: TEMPLATE_EXIT_CODE });
  return (found) =>
    found
      .map((each) => executeTemplate(template, each, { missingKey: 'error', maps: ['Labels'] }))
      .map((line) => `${line}\n`)
      .join('');
}

export const command: Command = defineCommand({
  operands: 'NAME|ID [NAME|ID...]',
  options: {
    ...directoryOptions,
    format: {
      type: 'string',
      alias: 'f',
      describe: "Format output using a Go template, or 'json' for an object a line",
    },
  },
  run({ options, operands }, { stdout, stderr, env }) {
    const print = printer(options.format);
    const { found, absent } = inspect(engineOf(options, env), operands);
    stdout.write(print(found));
    for (const name of absent) stderr.write(`Error: No such object: ${name}\n`);
    return Promise.resolve(absent.length === 0 ? 0 : 1);
  },
});
