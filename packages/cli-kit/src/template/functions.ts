import { compare, isEqual } from './compare.ts';
import { printValue } from './format-verb.ts';
import { indexValue, lengthOf, sliceValue } from './indexing.ts';
import { goJson } from './json.ts';
import { isTrue } from './kinds.ts';
import type { FunctionTable, Machine, TemplateFunction } from './machine.ts';
import type { Parameter } from './parameters.ts';
import { printf } from './printf.ts';
import { pad, print, println, split, title, truncate, upper } from './texts.ts';

const takes = (
  parameters: readonly Parameter[],
  call: TemplateFunction['call'],
): TemplateFunction => ({ parameters, repeats: false, call });

const takesMany = (
  parameters: readonly Parameter[],
  call: TemplateFunction['call'],
): TemplateFunction => ({ parameters, repeats: true, call });

/** A function that makes a text of its values. */
const printing =
  (
    make: (values: readonly unknown[], spend: (characters: number) => void) => string,
  ): TemplateFunction['call'] =>
  (values, { budget }) => {
    budget.spendOn(values);
    const text = make(values, (characters) => budget.spend(characters));
    budget.spend(text.length);
    return text;
  };

function json([value]: readonly unknown[], { budget, root, options }: Machine): string {
  budget.spendOn(value);
  return goJson(value, { isRow: value === root && options.type !== undefined });
}

function join([list, separator]: readonly unknown[], { budget }: Machine): string {
  const texts = list as string[];
  budget.spend((separator as string).length * texts.length);
  budget.spendOn(texts);
  return texts.join(separator as string);
}

function splitWithin([text, separator]: readonly unknown[], { budget }: Machine): string[] {
  const parts = split(text as string, separator as string);
  budget.spendOn(parts);
  return parts;
}

function padWithin([text, before, after]: readonly unknown[], { budget }: Machine): string {
  budget.spend(Math.max(0, before as number) + Math.max(0, after as number));
  return pad(text as string, before as number, after as number);
}

const comparison = (call: (a: unknown, b: unknown) => boolean): TemplateFunction =>
  takes(['any', 'any'], ([a, b]) => call(a, b));

/** Docker's functions and those of Go that people use with them. `and` and `or` are decided while their arguments are. */
export const templateFunctions: FunctionTable = {
  and: takesMany(['any'], ([first]) => first),
  or: takesMany(['any'], ([first]) => first),
  not: takes(['any'], ([value]) => !isTrue(value)),
  eq: takesMany(['any', 'any'], ([first, ...others]) => isEqual(first, others)),
  ne: comparison((a, b) => !isEqual(a, [b])),
  lt: comparison((a, b) => compare(a, b) < 0),
  le: comparison((a, b) => compare(a, b) <= 0),
  gt: comparison((a, b) => compare(a, b) > 0),
  ge: comparison((a, b) => compare(a, b) >= 0),
  index: takesMany(['any', 'any'], ([value, ...indexes]) => indexValue(value, indexes)),
  slice: takesMany(['any', 'any'], ([value, ...indexes]) => sliceValue(value, indexes)),
  len: takes(['any'], ([value]) => lengthOf(value)),
  json: takes(['any'], json),
  join: takes(['[]string', 'string'], join),
  split: takes(['string', 'string'], splitWithin),
  lower: takes(['string'], ([text]) => (text as string).toLowerCase()),
  upper: takes(['string'], ([text]) => upper(text as string)),
  title: takes(['string'], ([text]) => title(text as string)),
  pad: takes(['string', 'int', 'int'], padWithin),
  truncate: takes(['string', 'int'], ([text, length]) => truncate(text as string, Number(length))),
  print: takesMany(['any'], printing(print)),
  println: takesMany(['any'], printing(println)),
  printf: takesMany(
    ['string', 'any'],
    printing(([format, ...values], spend) => printf(format as string, values, spend)),
  ),
};

const same = ([text]: readonly unknown[]): unknown => text;

/** For docker's header rows, where the functions that change a text leave it. */
export const headerFunctions: FunctionTable = {
  ...templateFunctions,
  json: takes(['any'], ([value]) => (typeof value === 'string' ? value : printValue(value))),
  lower: takes(['string'], same),
  upper: takes(['string'], same),
  title: takes(['string'], same),
  truncate: takes(['string', 'int'], same),
};
