import type {
  AddInstruction,
  CommandLine,
  CopyInstruction,
  HealthcheckInstruction,
  Instruction,
  RunInstruction,
  RunMount,
} from '../dockerfile/instruction.ts';

/** An instruction that has no place in a file yet. */
export type Drafted = Instruction extends infer I ? (I extends Instruction ? Omit<I, 'range'> : never) : never; // prettier-ignore

export interface RunOptions {
  /** As `RUN --mount=`, by its options' main names. @default none */
  readonly mounts?: readonly RunMount[];
  readonly network?: RunInstruction['network'];
}

export interface CopyOptions {
  readonly from?: string | undefined;
  readonly chown?: string;
  readonly chmod?: string;
  readonly link?: boolean;
  readonly exclude?: readonly string[];
  readonly parents?: boolean;
}

export interface AddOptions extends Pick<CopyOptions, 'chown' | 'chmod' | 'link' | 'exclude'> {
  readonly checksum?: string;
  readonly unpack?: boolean;
}

/** What a container of the image runs: a line for its shell, or a program with arguments. */
type Command = string | readonly string[];

export interface ConfigChanges {
  readonly cmd?: Command;
  readonly entrypoint?: Command;
  readonly labels?: Readonly<Record<string, string>>;
  /** `80`, `53/udp`, `8000-8010`. */
  readonly expose?: readonly string[];
  readonly volumes?: readonly string[];
  readonly shell?: readonly string[];
  readonly stopSignal?: string;
  readonly user?: string;
  readonly workdir?: string;
  readonly onbuild?: readonly string[];
  /** Times in nanoseconds; `none` takes the base's away. */
  readonly healthcheck?: 'none' | (Partial<Omit<HealthcheckInstruction, 'keyword' | 'range' | 'text' | 'command'>> & { readonly command: Command }); // prettier-ignore
}

const commandLine = (command: Command): CommandLine =>
  typeof command === 'string' ? { form: 'shell', line: command } : { form: 'exec', args: command };

const written = (command: Command): string =>
  typeof command === 'string' ? command : JSON.stringify(command);

const listOf = (words: string | readonly string[]): readonly string[] =>
  typeof words === 'string' ? [words] : words;

const flag = (name: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`--${name}=${value}`];

export function runInstruction(
  command: Command,
  { mounts = [], network = 'default' }: RunOptions,
): Drafted {
  // prettier-ignore
  const options = mounts.map(({ type, options: given }) =>
    flag('mount', [`type=${type}`, ...Object.entries(given).map(([name, value]) => `${name}=${value}`)].join(',')), // prettier-ignore
  );
  const text = ['RUN', ...options.flat(), written(command)].join(' ');
  return { keyword: 'RUN', text, command: commandLine(command), heredocs: [], mounts, network };
}

interface Copied {
  readonly text: string;
  readonly fields: Pick<CopyInstruction, 'sources' | 'heredocs' | 'destination' | 'chown' | 'chmod' | 'link' | 'exclude'>; // prettier-ignore
}

function copied(
  keyword: string,
  sources: string | readonly string[],
  destination: string,
  { chown, chmod, link = false, exclude = [] }: CopyOptions,
): Copied {
  const flags = [...flag('chown', chown), ...flag('chmod', chmod), ...(link ? ['--link'] : [])];
  const words = listOf(sources);
  return {
    text: [keyword, ...flags, ...words, destination].join(' '),
    fields: { sources: words, heredocs: [], destination, chown, chmod, link, exclude },
  };
}

export function copyInstruction(
  sources: string | readonly string[],
  destination: string,
  options: CopyOptions,
): Omit<CopyInstruction, 'range'> {
  const { text, fields } = copied('COPY', sources, destination, options);
  const { from, parents = false } = options;
  return { keyword: 'COPY', text, ...fields, from, parents };
}

export function addInstruction(
  sources: string | readonly string[],
  destination: string,
  options: AddOptions,
): Omit<AddInstruction, 'range'> {
  const { text, fields } = copied('ADD', sources, destination, options);
  const { checksum, unpack } = options;
  return { keyword: 'ADD', text, ...fields, checksum, keepGitDir: false, unpack };
}

function pairs(keyword: 'ENV' | 'LABEL', values: Readonly<Record<string, string>>): Drafted {
  const entries = Object.entries(values);
  const text = [keyword, ...entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`)];
  return { keyword, text: text.join(' '), pairs: entries };
}

export const envInstruction = (values: Readonly<Record<string, string>>): Drafted => pairs('ENV', values); // prettier-ignore
export const labelInstruction = (values: Readonly<Record<string, string>>): Drafted => pairs('LABEL', values); // prettier-ignore

export const valueInstruction = (keyword: 'WORKDIR' | 'USER' | 'STOPSIGNAL', value: string): Drafted => ({ keyword, text: `${keyword} ${value}`, value }); // prettier-ignore

const listInstruction = (keyword: 'EXPOSE' | 'VOLUME' | 'SHELL', values: readonly string[]): Drafted => ({ keyword, text: `${keyword} ${JSON.stringify(values)}`, values }); // prettier-ignore

const commandInstruction = (keyword: 'CMD' | 'ENTRYPOINT', command: Command): Drafted => ({ keyword, text: `${keyword} ${written(command)}`, command: commandLine(command) }); // prettier-ignore

function healthcheck(check: NonNullable<ConfigChanges['healthcheck']>): Drafted {
  const none = { interval: undefined, timeout: undefined, startPeriod: undefined, startInterval: undefined, retries: undefined }; // prettier-ignore
  const keyword = 'HEALTHCHECK';
  if (check === 'none') return { keyword, text: 'HEALTHCHECK NONE', command: undefined, ...none };
  const { command, ...times } = check;
  const text = `HEALTHCHECK CMD ${written(command)}`;
  return { keyword, text, ...none, ...times, command: commandLine(command) };
}

const some = <T, R>(value: T | undefined, make: (value: T) => R): R[] =>
  value === undefined ? [] : [make(value)];

/** The instructions that say this: those of the entrypoint before CMD, which it would take away. */
export function configInstructions(changes: ConfigChanges): Drafted[] {
  const { onbuild = [] } = changes;
  return [
    ...some(changes.shell, (words) => listInstruction('SHELL', words)),
    ...some(changes.labels, labelInstruction),
    ...some(changes.expose, (ports) => listInstruction('EXPOSE', ports)),
    ...some(changes.volumes, (paths) => listInstruction('VOLUME', paths)),
    ...some(changes.stopSignal, (signal) => valueInstruction('STOPSIGNAL', signal)),
    ...some(changes.workdir, (path) => valueInstruction('WORKDIR', path)),
    ...some(changes.user, (user) => valueInstruction('USER', user)),
    ...some(changes.healthcheck, healthcheck),
    ...onbuild.map((trigger): Drafted => ({ keyword: 'ONBUILD', text: `ONBUILD ${trigger}`, trigger })), // prettier-ignore
    ...some(changes.entrypoint, (command) => commandInstruction('ENTRYPOINT', command)),
    ...some(changes.cmd, (command) => commandInstruction('CMD', command)),
  ];
}
