import { OciError } from '@ctrkit/oci';
import { heredocMark } from './heredocs.ts';
import type { HeredocMark } from './heredocs.ts';
import type { AddInstruction, CopyInstruction, Heredoc } from './instruction.ts';
import { readFlags } from './read-flags.ts';
import type { Statement } from './statement.ts';

const common = { chown: 'string', chmod: 'string', link: 'boolean', exclude: 'strings' } as const;

/** https://docs.docker.com/reference/dockerfile/#copy */
export function parseCopy(statement: Statement): CopyInstruction {
  checkCount(statement, 'COPY');
  const flags = readFlags(statement, { ...common, from: 'string', parents: 'boolean' });
  return {
    keyword: 'COPY',
    text: statement.text,
    range: statement.range,
    ...pathsOf(statement, 'COPY'),
    ...ownership(flags),
    // An empty one is as none.
    from: flags.from || undefined,
    parents: flags.parents ?? false,
  };
}

/** https://docs.docker.com/reference/dockerfile/#add */
export function parseAdd(statement: Statement): AddInstruction {
  checkCount(statement, 'ADD');
  const flags = readFlags(statement, {
    ...common,
    checksum: 'string',
    'keep-git-dir': 'boolean',
    unpack: 'boolean',
  });
  return {
    keyword: 'ADD',
    text: statement.text,
    range: statement.range,
    ...pathsOf(statement, 'ADD'),
    ...ownership(flags),
    checksum: flags.checksum || undefined,
    keepGitDir: flags['keep-git-dir'] ?? false,
    unpack: flags.unpack,
  };
}

interface Ownership {
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  readonly link: boolean | undefined;
  readonly exclude: readonly string[];
}

function ownership({ chown, chmod, link = false, exclude }: Ownership): Ownership & {
  readonly link: boolean;
} {
  return { chown: chown || undefined, chmod: chmod || undefined, link, exclude };
}

function checkCount(statement: Statement, keyword: string): void {
  if (statement.args.length >= 2) return;
  throw statement.error(
    `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
  );
}

function pathsOf(
  statement: Statement,
  keyword: string,
): Pick<CopyInstruction, 'sources' | 'destination' | 'heredocs'> {
  const words = statement.args.slice(0, -1);
  const destination = statement.args.at(-1) ?? '';
  if (markOf(destination) !== undefined) {
    throw statement.error(`${keyword} cannot accept a heredoc as a destination`);
  }
  const marked = words.map((word) => ({ word, mark: markOf(word) }));
  return {
    sources: marked.flatMap(({ word, mark }) => (mark === undefined ? [word] : [])),
    heredocs: marked.flatMap(({ mark }) =>
      mark === undefined ? [] : [heredocOf(statement, mark)],
    ),
    destination,
  };
}

// What a line announces as one word may be two here, of which neither is one: then they are paths.
function markOf(word: string): HeredocMark | undefined {
  if (!word.includes('<<')) return undefined;
  try {
    return heredocMark(word);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

// In a JSON list a heredoc has a name and no lines.
function heredocOf(statement: Statement, { name, expands }: HeredocMark): Heredoc {
  const content = statement.heredocs.findLast((one) => one.name === name)?.content ?? '';
  return { name, content, expands };
}
