import { BuildError, parseDockerfile } from '../../src/index.ts';
import type { Dockerfile, Instruction } from '../../src/index.ts';

export function parse(text: string): Dockerfile {
  return parseDockerfile(Buffer.from(text), 'Dockerfile');
}

/** The instruction after `FROM scratch`. */
export function parseOne(line: string): Instruction {
  const [instruction] = parse(`FROM scratch\n${line}\n`).stages[0]?.instructions ?? [];
  if (instruction === undefined) throw new Error(`${line}: no instruction`);
  return instruction;
}

/** Without its keyword, text and range: what it says. */
export function saysOf(line: string): object {
  const { keyword: _keyword, text: _text, range: _range, ...says } = parseOne(line);
  return says;
}

export function errorOf(run: () => unknown): BuildError {
  try {
    run();
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
