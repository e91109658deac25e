import { expandWord, expandWords } from '@ctrkit/oci';
import type { Variables, WordOptions } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';
import type {
  AddInstruction,
  CopyInstruction,
  Dockerfile,
  FromInstruction,
  Instruction,
} from './instruction.ts';
import { expandMount } from './run-mount.ts';
import { sourceError } from './source-error.ts';

export interface ExpandOptions {
  /** Where the instruction is from: its escape character, and the lines that errors show. @default a backslash, none */
  readonly dockerfile?: Pick<Dockerfile, 'lines' | 'directives'>;
  /** Each variable that a word asks for, with whether there is one. */
  readonly onVariable?: WordOptions['onVariable'];
}

/** How words of an instruction are expanded, by what they are. */
interface Expander {
  readonly word: (text: string) => string;
  readonly words: (text: string) => string[];
  readonly heredoc: (text: string) => string;
}

/**
 * The instruction with variables put into the words that take them: of ADD and COPY the paths, `--chown`, `--chmod`, `--checksum` and the
 * heredocs whose names are not quoted; of RUN the mounts; of ENV and LABEL names and values, all by what held before the line; of ARG
 * the values; all of EXPOSE, STOPSIGNAL, USER, VOLUME and WORKDIR; of FROM the image and the platform. Of the others none.
 * An ARG of several is to be given one at a time: each sees those before it. Throws BuildError DOCKERFILE_INVALID.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function expandInstruction<I extends Instruction | FromInstruction>(
  instruction: I,
  variables: Variables,
  options: ExpandOptions = {},
): I {
  const { dockerfile, onVariable } = options;
  const shared = onVariable === undefined ? {} : { onVariable };
  const settings = { ...shared, escape: dockerfile?.directives.escape ?? '\\' } as const;
  const expander: Expander = {
    word: inWords((text) => expandWord(text, variables, settings)),
    words: inWords((text) => expandWords(text, variables, settings)),
    // As in a shell's, whatever the Dockerfile's escape character is.
    heredoc: inWords((text) => expandWord(text, variables, { ...shared, quotes: 'plain' })),
  };
  try {
    return expanded(instruction, expander) as I;
  } catch (cause) {
    const lines = dockerfile?.lines ?? [];
    throw sourceError({ lines }, instruction.range, (cause as Error).message, { cause });
  }
}

function inWords<T>(expand: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return expand(text);
    } catch (cause) {
      const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
      const message = `failed to process ${JSON.stringify(shown)}: ${(cause as Error).message}`;
      throw new BuildError('DOCKERFILE_INVALID', message, { cause });
    }
  };
}

function expanded(
  instruction: Instruction | FromInstruction,
  expander: Expander,
): Instruction | FromInstruction {
  const { word, words } = expander;
  switch (instruction.keyword) {
    case 'ADD': {
      const checksum = orNone(instruction.checksum, word);
      return { ...instruction, ...copied(instruction, expander), checksum };
    }
    case 'ARG':
      return {
        ...instruction,
        args: instruction.args.map(({ name, value }) => ({ name, value: orNone(value, word) })),
      };
    case 'COPY':
      return { ...instruction, ...copied(instruction, expander) };
    case 'ENV':
    case 'LABEL':
      return {
        ...instruction,
        pairs: instruction.pairs.map(([name, value]) => [word(name), word(value)]),
      };
    case 'EXPOSE':
      return { ...instruction, values: instruction.values.flatMap(words) };
    case 'FROM':
      return expandedFrom(instruction, word);
    case 'RUN':
      return {
        ...instruction,
        mounts: instruction.mounts.map((mount) => expandMount(mount, word)),
      };
    case 'STOPSIGNAL':
    case 'USER':
    case 'WORKDIR':
      return { ...instruction, value: word(instruction.value) };
    case 'VOLUME':
      return { ...instruction, values: instruction.values.map(notEmpty(word)) };
    default:
      return instruction;
  }
}

const orNone = (value: string | undefined, word: Expander['word']): string | undefined =>
  value === undefined ? undefined : word(value);

type CopyWords = Pick<
  CopyInstruction | AddInstruction,
  'sources' | 'destination' | 'heredocs' | 'chown' | 'chmod'
>;

function copied(instruction: CopyWords, { word, heredoc }: Expander): CopyWords {
  const { sources, destination, heredocs, chown, chmod } = instruction;
  return {
    sources: sources.map(word),
    destination: word(destination),
    heredocs: heredocs.map((one) =>
      one.expands ? { ...one, content: heredoc(one.content) } : one,
    ),
    // What becomes nothing is as if it were not given.
    chown: orNone(chown, word) || undefined,
    chmod: orNone(chmod, word) || undefined,
  };
}

function expandedFrom(from: FromInstruction, word: Expander['word']): FromInstruction {
  const image = word(from.image);
  if (image === '') throw invalid(`base name (${from.image}) should not be blank`);
  const platform = orNone(from.platform, word);
  if (platform === '') throw invalid(`empty platform value from expression ${from.platform}`);
  return { ...from, image, platform };
}

function notEmpty(word: Expander['word']): Expander['word'] {
  return (text) => {
    const value = word(text);
    if (value === '') throw invalid('VOLUME specified can not be an empty string');
    return value;
  };
}

function invalid(message: string): BuildError {
  return new BuildError('DOCKERFILE_INVALID', message);
}
