import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const sectionNames = ['run', 'live', 'pull', 'archive', 'build', 'unpack', 'fork'] as const;
export type SectionName = (typeof sectionNames)[number];

/** What the command line asks for. */
export interface BenchArguments {
  readonly json: boolean;
  readonly help: boolean;
  readonly only: readonly SectionName[];
  /** Rounds of every section. @default as each sees fit */
  readonly rounds: number | undefined;
  /** On the file system that is measured: what is made once stays in it. */
  readonly directory: string;
}

export const usage = `Usage:  npm run bench -- [OPTIONS]

Speed of ctr beside docker, podman, runc, skopeo, umoci, tar and node, where these are installed

Options:
      --json          NDJSON rows on stdout in place of tables
      --only string   Only this, repeatable: run, live, pull, archive, build, unpack, fork
      --runs int      Rounds of each (default 15 for run and exec, fewer for the others)
      --work DIR      Where it works and keeps what is made once (default ~/.cache/ctrkit-bench)
`;

function sections(names: readonly string[]): readonly SectionName[] {
  if (names.length === 0) return sectionNames;
  return names.map((name) => {
    const found = sectionNames.find((one) => one === name);
    if (found === undefined) {
      throw new RangeError(`--only ${name}: there is ${sectionNames.join(', ')}`);
    }
    return found;
  });
}

function rounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new RangeError(`--runs ${text}: not from 1 to 9999`);
  return Number(text);
}

function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ctrkit-bench');
}

/** Reads the command line; throws TypeError or RangeError, whose message says what is wrong with it. */
export function parseArguments(argv: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      only: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string' },
      work: { type: 'string' },
    },
  });
  return {
    json: values.json,
    help: values.help,
    only: sections(values.only),
    rounds: rounds(values.runs),
    directory: resolve(values.work ?? cacheDirectory()),
  };
}
