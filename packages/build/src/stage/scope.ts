import { defaultOf } from '../dockerfile/arguments.ts';
import type { BuildArguments } from '../dockerfile/arguments.ts';
import type { ExpandOptions } from '../dockerfile/expand-instruction.ts';
import type { ArgInstruction } from '../dockerfile/instruction.ts';

type Variables = ReadonlyMap<string, string>;

const nameOf = (variable: string): string => variable.slice(0, variable.indexOf('='));

/** The variables of an image's environment. */
export const environmentOf = (env: readonly string[] = []): Map<string, string> =>
  new Map(env.map((one) => [nameOf(one), one.slice(nameOf(one).length + 1)]));

/** The build arguments of a stage. */
export class Scope {
  readonly #given: BuildArguments;
  readonly #global: Variables;
  readonly #options: ExpandOptions;
  readonly #values: Map<string, string | undefined>;

  /**
   * `global`: those before the first FROM, which an ARG without a default takes over; `base`: those of the stage that this one
   * begins with, which it has too.
   */
  constructor(given: BuildArguments, global: Variables, options: ExpandOptions, base?: Scope) {
    this.#given = given;
    this.#global = global;
    this.#options = options;
    this.#values = new Map(base === undefined ? [] : base.#values);
  }

  /** Declares what an ARG says, one after the other: each sees those before it. One without a value leaves that of an earlier one. */
  declare(instruction: ArgInstruction, env: readonly string[] | undefined): void {
    for (const argument of instruction.args) {
      const { name } = argument;
      const own = this.#given.get(name) ?? this.#defaultOf(instruction, argument, env);
      this.#values.set(name, own ?? this.#global.get(name) ?? this.#values.get(name));
    }
  }

  #defaultOf(
    instruction: ArgInstruction,
    argument: ArgInstruction['args'][number],
    env: readonly string[] | undefined,
  ): string | undefined {
    return defaultOf(instruction, argument, this.variables(env), this.#options);
  }

  valueOf(name: string): string | undefined {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** What `$NAME` stands for: the arguments so far, and over them the environment. */
  variables(env: readonly string[] | undefined): Variables {
    return new Map([...this.values, ...environmentOf(env)]);
  }

  /** Those that are declared and have a value, in that order. */
  get values(): Variables {
    const known = [...this.#values].filter((one): one is [string, string] => one[1] !== undefined);
    return new Map(known);
  }
}
