const PLAIN = /^[a-z][a-z-]{0,30}$/;

/** The word of a command line that seems to name its command; '' where none does, as in `ctr --version`. */
export function commandWord(argv: readonly string[]): string {
  return argv.slice(2).find((word) => PLAIN.test(word)) ?? '';
}

interface Named {
  readonly name: string;
  readonly aliases?: readonly string[];
}

/** Whether a program that exports its command line as `cli` has a command of that first word, or need have none. */
export function isCommand(program: unknown, word: string): boolean {
  const { cli } = program as { readonly cli?: { readonly commands: readonly Named[] } };
  const names = cli?.commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]) ?? [];
  return word === '' || names.some((name) => name.split(' ')[0] === word);
}
