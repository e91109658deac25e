import type { FromInstruction } from './instruction.ts';
import { readFlags } from './read-flags.ts';
import type { Statement } from './statement.ts';

/** https://docs.docker.com/reference/dockerfile/#from */
export function parseFrom(statement: Statement): FromInstruction {
  const { text, range, args } = statement;
  const [image, as, name] = args;
  const isNamed = args.length === 3 && as?.toLowerCase() === 'as';
  if (image === undefined || (args.length !== 1 && !isNamed)) {
    throw statement.error('FROM requires either one or three arguments');
  }
  const stage = isNamed ? stageName(statement, name ?? '') : undefined;
  const { platform } = readFlags(statement, { platform: 'string' });
  // An empty platform is as none.
  return { keyword: 'FROM', text, range, image, platform: platform || undefined, as: stage };
}

function stageName(statement: Statement, name: string): string {
  const lower = name.toLowerCase();
  if (/^[a-z][a-z0-9-_.]*$/.test(lower)) return lower;
  const shown = JSON.stringify(name);
  throw statement.error(
    `invalid name for build stage: ${shown}, name can't start with a number or contain symbols`,
  );
}
