import { mkdir, rm } from 'node:fs/promises';
import { run } from '@ctrkit/testing';
import { linesOf, listInside, listOutside, makeInside, makeOutside } from './scripts.ts';

/** What a copy did: code, words, and the lines of both trees that are new (+) or gone (-). */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly outside: readonly string[];
  readonly inside: readonly string[];
}

/** An engine whose command is a line of shell, `docker` or ours. */
export interface Stage {
  readonly command: string;
  readonly image: string;
  /** The test's own: it is made, and made anew for every row. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Which state the container is in while something is copied. */
export type State = 'running' | 'stopped';

function difference(before: string, after: string): string[] {
  const [old, young] = [linesOf(before), linesOf(after)];
  return [
    ...old.filter((line) => !young.includes(line)).map((line) => `- ${line}`),
    ...young.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

const shell = async ({ directory, env }: Stage, line: string): Promise<string> => {
  const { code, stdout, stderr } = await run(['bash', '-c', line], { cwd: directory, env });
  if (code !== 0) throw new Error(`${line}: ${stderr}`);
  return stdout;
};

// What is said of a place names where the test is, and the container by its id.
const anonymous = (text: string, { directory }: Stage): string =>
  text.replaceAll(directory, '/W').replaceAll(/[0-9a-f]{64}/g, '<id>');

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const script = (text: string): string => `sh -c ${quoted(text)}`;
const options = '--name box --network none';

const MADE = 'made anew';
// Shows what there is, and makes it anew for the next row.
const lookAndMake = `if test -e /c; then ${listInside}; fi; echo ${MADE}; ${makeInside}`;

/** Whether a row copies into the container. */
const isInto = (row: string): boolean => /cp .*\S+ box:\S*(?: <|$)/.test(row);

/** What a row copies, into the container or out of it. */
export function subjectOf(row: string): 'archive in' | 'directory in' | 'file in' | 'out' {
  if (!isInto(row)) return 'out';
  if (/cp (?:-a )?- /.test(row)) return 'archive in';
  return /h\/(?:dir|dlink|empty|bits|x|\.)/.test(row) ? 'directory in' : 'file in';
}

/** A container named `box`, and files of the host, which every row finds as the first one did. */
export class Rehearsal {
  readonly #stage: Stage;
  readonly #state: State;
  #outside = '';
  #inside = '';
  #isChanged = true;

  constructor(stage: Stage, state: State) {
    this.#stage = stage;
    this.#state = state;
  }

  async begin(): Promise<void> {
    const { command, image, directory } = this.#stage;
    await mkdir(directory, { recursive: true });
    const line =
      this.#state === 'running'
        ? `${command} run -d ${options} ${image} sleep 10000`
        : `${command} create ${options} ${image} ${script(lookAndMake)}`;
    await shell(this.#stage, line);
    await this.#look();
    this.#inside = await this.#look();
    await this.#reset();
    this.#outside = await shell(this.#stage, listOutside);
  }

  /** Carries out one row. What is in the container is looked at only where it could have changed. */
  async answerTo(row: string): Promise<Answer> {
    const stage = this.#stage;
    const { command, directory, env } = stage;
    if (this.#isChanged) await this.#reset();
    const line = `set -o pipefail; cp() { ${command} cp "$@"; }; ${row}`;
    const { code, stdout, stderr } = await run(['bash', '-c', line], { cwd: directory, env });
    const outside = difference(this.#outside, await shell(stage, listOutside));
    this.#isChanged = outside.length > 0 || !row.startsWith('cp ');
    return {
      code,
      stdout: anonymous(stdout, stage),
      stderr: anonymous(stderr, stage),
      outside,
      inside: isInto(row) ? await this.#changes() : [],
    };
  }

  /** Throws where something changed in the container that no row told of. */
  async end(): Promise<void> {
    const untold = await this.#changes();
    await shell(this.#stage, `${this.#stage.command} rm -f box`);
    await rm(this.#stage.directory, { recursive: true, force: true });
    if (untold.length > 0) throw new Error(`changed in the container: ${untold.join(', ')}`);
  }

  async #changes(): Promise<string[]> {
    return difference(this.#inside, await this.#look());
  }

  async #reset(): Promise<void> {
    await rm(this.#stage.directory, { recursive: true, force: true });
    await mkdir(this.#stage.directory);
    await shell(this.#stage, makeOutside);
  }

  async #look(): Promise<string> {
    const { command } = this.#stage;
    const line = this.#state === 'running' ? `exec box ${script(lookAndMake)}` : 'start -a box 2>/dev/null'; // prettier-ignore
    const shown = await shell(this.#stage, `${command} ${line}`);
    return shown.slice(0, shown.lastIndexOf(MADE));
  }
}
