import { mkdir, rm } from 'node:fs/promises';
import { run } from '@ctrkit/testing';
import { listInside, listOutside, makeInside, makeOutside } from './scripts.ts';

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
  const [old, young] = [before.split('\n'), after.split('\n')];
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

// One that does not run makes its files and shows them by turns, each time that it is started.
const byTurns = `if rm /made; then ${listInside}; else : > /made; ${makeInside}; ${listInside}; fi`;

/** A container named `box`, and files of the host, which every row finds as the first one did. */
export class Rehearsal {
  readonly #stage: Stage;
  readonly #state: State;
  #first: { outside: string; inside: string } | undefined;
  #isChanged = { outside: true, inside: true };

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
        : `${command} create ${options} ${image} ${script(byTurns)}`;
    await shell(this.#stage, line);
  }

  /** Carries out one row. */
  async answerTo(row: string): Promise<Answer> {
    await this.#reset();
    const stage = this.#stage;
    const { command, directory, env } = stage;
    const line = `set -o pipefail; cp() { ${command} cp "$@"; }; ${row}`;
    const { code, stdout, stderr } = await run(['bash', '-c', line], { cwd: directory, env });
    const { outside = '', inside = '' } = this.#first ?? {};
    const answer = {
      code,
      stdout: anonymous(stdout, stage),
      stderr: anonymous(stderr, stage),
      outside: difference(outside, await shell(stage, listOutside)),
      inside: difference(inside, await this.#look(listInside)),
    };
    this.#isChanged = {
      outside: answer.outside.length > 0 || !row.startsWith('cp '),
      // One that does not run makes them anew by turns.
      inside: answer.inside.length > 0 || this.#state === 'stopped',
    };
    return answer;
  }

  async end(): Promise<void> {
    await shell(this.#stage, `${this.#stage.command} rm -f box`);
    await rm(this.#stage.directory, { recursive: true, force: true });
  }

  async #reset(): Promise<void> {
    const { outside, inside } = this.#isChanged;
    if (outside) await this.#makeOutside();
    const made = inside ? await this.#look(`${makeInside}; ${listInside}`) : '';
    this.#first ??= { outside: await shell(this.#stage, listOutside), inside: made };
  }

  async #makeOutside(): Promise<void> {
    await rm(this.#stage.directory, { recursive: true, force: true });
    await mkdir(this.#stage.directory);
    await shell(this.#stage, makeOutside);
  }

  #look(text: string): Promise<string> {
    const { command } = this.#stage;
    const line = this.#state === 'running' ? `exec box ${script(text)}` : 'start -a box 2>/dev/null'; // prettier-ignore
    return shell(this.#stage, `${command} ${line}`);
  }
}
