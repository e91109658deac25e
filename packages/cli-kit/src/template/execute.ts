import { evaluatePipeline, evaluateStages } from './evaluate.ts';
import { templateFunctions } from './functions.ts';
import { entriesOf, isTrue, kindOf } from './kinds.ts';
import { Machine, type ExecuteOptions, type FunctionTable } from './machine.ts';
import type { Branch, Jump, Statement, Template } from './nodes.ts';
import { printValue } from './format-verb.ts';

/** What it costs to sort a key of a map. */
const SORTING = 64;

type Outcome = Jump['kind'] | undefined;

function write(machine: Machine, text: string): void {
  machine.budget.spend(text.length);
  machine.output.push(text);
}

function print(machine: Machine, value: unknown): void {
  machine.budget.spendOn(value);
  write(machine, value === undefined ? '<no value>' : printValue(value));
}

/** Runs something whose variables end with it. */
function scoped<T>(machine: Machine, run: () => T): T {
  const { length } = machine.variables;
  const result = run();
  machine.variables.length = length;
  return result;
}

function walkAll(machine: Machine, dot: unknown, statements: readonly Statement[]): Outcome {
  for (const statement of statements) {
    const outcome = walk(machine, dot, statement);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function walk(machine: Machine, dot: unknown, statement: Statement): Outcome {
  machine.budget.step();
  switch (statement.kind) {
    case 'text':
      write(machine, statement.text);
      return undefined;
    case 'action': {
      const { pipeline } = statement;
      const value = evaluatePipeline(machine, dot, pipeline);
      if (pipeline.variables.length === 0) print(machine, value);
      return undefined;
    }
    case 'range':
      return scoped(machine, () => walkRange(machine, dot, statement));
    case 'if':
    case 'with':
      return scoped(machine, () => walkBranch(machine, dot, statement));
    case 'break':
    case 'continue':
      return statement.kind;
  }
}

function walkBranch(machine: Machine, dot: unknown, branch: Branch): Outcome {
  const value = evaluatePipeline(machine, dot, branch.pipeline);
  machine.budget.look(value);
  if (!isTrue(value)) return walkAll(machine, dot, branch.otherwise);
  return walkAll(machine, branch.kind === 'with' ? value : dot, branch.body);
}

/** Index or key, and element; of a number the numbers below it, which are their own index. */
function* elements(machine: Machine, value: unknown, names: number): Generator<[unknown, unknown]> {
  const kind = kindOf(value);
  if (kind === 'slice') {
    for (const [index, element] of (value as unknown[]).entries()) yield [index, element];
  } else if (kind === 'map') {
    machine.budget.spend(Object.keys(value as object).length * SORTING);
    for (const [key, element] of entriesOf(value)) yield [key, element];
  } else if (kind === 'int') {
    if (names > 1)
      machine.fail(`can't use ${printValue(value)} to iterate over more than one variable`);
    for (let index = 0; index < Number(value); index++) yield [index, index];
  } else if (kind !== 'missing' && kind !== 'nil') {
    machine.fail(`range can't iterate over ${printValue(value)}`);
  }
}

function setLoopVariables(machine: Machine, branch: Branch, key: unknown, element: unknown): void {
  const { variables, assigns } = branch.pipeline;
  const values = variables.length === 1 ? [element] : [key, element];
  variables.forEach((name, index) => {
    if (assigns) machine.variable(name).value = values[index];
    else machine.variables.push({ name, value: values[index] });
  });
}

function walkRange(machine: Machine, dot: unknown, branch: Branch): Outcome {
  const value = evaluateStages(machine, dot, branch.pipeline);
  let isEmpty = true;
  for (const [key, element] of elements(machine, value, branch.pipeline.variables.length)) {
    isEmpty = false;
    machine.budget.step();
    const outcome = scoped(machine, () => {
      setLoopVariables(machine, branch, key, element);
      return walkAll(machine, element, branch.body);
    });
    if (outcome === 'break') break;
  }
  return isEmpty ? walkAll(machine, dot, branch.otherwise) : undefined;
}

/** The same with other functions: a header is made by functions that leave it as it is. */
export function executeWith(
  functions: FunctionTable,
  template: Template,
  value: unknown,
  options: ExecuteOptions,
): string {
  const machine = new Machine(template, value, options, functions);
  walkAll(machine, value, template.statements);
  return machine.output.join('');
}

/**
 * What a template makes of a value, as Go prints it; not made safe to show.
 *
 * The value is data as JSON has it: strings, numbers, booleans, null, lists and objects; only own properties are
 * fields. A function among the fields of a row is a method with string arguments: `{{.Label "name"}}`.
 *
 * Throws CliError TEMPLATE_FAILED in docker's words, and TEMPLATE_LIMIT where it would do or write too much.
 * @see https://pkg.go.dev/text/template
 */
export function executeTemplate(
  template: Template,
  value: unknown,
  options: ExecuteOptions = {},
): string {
  return executeWith(templateFunctions, template, value, options);
}
