/**
 * One flag of a command, in the words of yargs where yargs has one.
 *
 * `type` decides how often and how the flag is given: a `boolean` alone (`--rm`, `--rm=false`), a `string` or a
 * `number` with one value (the last one counts), an `array` with one value each time (`-e A -e B`).
 */
export interface Option {
  readonly type: 'boolean' | 'string' | 'number' | 'array';
  /** One letter: the short form (`-m`). Longer: a second name, which the help does not show. */
  readonly alias?: string | readonly string[];
  /** One line without a full stop, as docker's. */
  readonly describe: string;
  /** The word for the value in the help. @default docker's for the type: `string`, `int`, `list` */
  readonly valueName?: string;
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
  /** Turns one value into what the command wants. What it throws becomes a usage error that names the flag. */
  readonly coerce?: (text: string) => unknown;
  /** Of a boolean: absent is `undefined`, which may mean something else than `false`. */
  readonly tristate?: true;
  readonly demandOption?: true;
  /** Long names of flags that cannot be given together with this one. */
  readonly conflicts?: readonly string[];
  /** Works, but the help does not list it. */
  readonly hidden?: boolean;
}

/** Flags by their long name, without dashes in front: `{ 'memory-swap': {…} }`. */
export type Options = Readonly<Record<string, Option>>;

type One<O extends Option> = O extends { coerce: (text: string) => infer R }
  ? R
  : O extends { choices: readonly (infer C)[] }
    ? C
    : O extends { type: 'number' }
      ? number
      : string;

type Value<O extends Option> = O extends { type: 'boolean' }
  ? O extends { tristate: true }
    ? boolean | undefined
    : boolean
  : O extends { type: 'array' }
    ? One<O>[]
    : O extends { demandOption: true } | { default: string | number }
      ? One<O>
      : One<O> | undefined;

/** The values that a command gets for its flags: absent is `false`, `[]` or `undefined`. */
export type Values<O extends Options> = { readonly [K in keyof O]: Value<O[K]> };

/** Short forms of a flag (one letter) and its other long names. */
export function aliasesOf(option: Option): { short: string | undefined; long: string[] } {
  const all = option.alias === undefined ? [] : [option.alias].flat();
  return {
    short: all.find((alias) => alias.length === 1),
    long: all.filter((alias) => alias.length > 1),
  };
}

/** The flag as docker names it in messages: `-m, --memory` or `--rm`. */
export function flagName(name: string, option: Option): string {
  const { short } = aliasesOf(option);
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}
