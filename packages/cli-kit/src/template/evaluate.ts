import { followFields, type Arguments } from './fields.ts';
import { isTrue } from './kinds.ts';
import type { Machine, TemplateFunction } from './machine.ts';
import { nodeText } from './node-text.ts';
import type { Operand, Pipeline, Stage } from './nodes.ts';
import { checkArgument, checkCount, type Parameter } from './parameters.ts';

/** What a stage is given: the operands after its first, and what the stage before it gave. */
interface Given {
  readonly operands: readonly Operand[];
  /** Empty in the first stage. */
  readonly piped: readonly [] | readonly [unknown];
}

const nothing: Given = { operands: [], piped: [] };

function argument(machine: Machine, dot: unknown, node: Operand, parameter: Parameter): unknown {
  machine.at(node);
  const value =
    node.kind === 'literal' ? node.value : evaluateOperand(machine, dot, node, nothing, node);
  return machine.locate(() => checkArgument(value, parameter, node));
}

/** The arguments one after the other, so that `and` and `or` stop where they know enough. */
function* argumentsOf(
  machine: Machine,
  dot: unknown,
  given: Given,
  parameter: (index: number) => Parameter,
): Generator {
  for (const [index, node] of given.operands.entries()) {
    yield argument(machine, dot, node, parameter(index));
  }
  const last = parameter(given.operands.length);
  for (const value of given.piped) yield machine.locate(() => checkArgument(value, last));
}

const countOf = ({ operands, piped }: Given): number => operands.length + piped.length;

/** `and` gives the first of its arguments that is false, `or` the first that is true; else the last. */
function firstThatDecides(machine: Machine, values: Iterable<unknown>, decisive: boolean): unknown {
  let last: unknown;
  for (const value of values) {
    last = value;
    machine.budget.look(value);
    if (isTrue(value) === decisive) break;
  }
  return last;
}

function callFunction(
  machine: Machine,
  dot: unknown,
  called: { readonly name: string; readonly stage: Operand | Stage },
  given: Given,
): unknown {
  const { name, stage } = called;
  const { parameters, repeats, call } = machine.functions[name] as TemplateFunction;
  const least = repeats ? parameters.length - 1 : parameters.length;
  const required = name === 'and' || name === 'or' ? 1 : least;
  const most = repeats ? Infinity : least;
  machine.locate(() => checkCount(name, countOf(given), required, most));
  const parameter = (index: number): Parameter => parameters[index] ?? parameters.at(-1) ?? 'any';
  const values = argumentsOf(machine, dot, given, parameter);
  if (name === 'and' || name === 'or') return firstThatDecides(machine, values, name === 'or');
  const all = [...values];
  for (const value of all) machine.budget.look(value);
  return machine.locate(
    () => call(all, machine),
    (message) => {
      machine.at(stage);
      return `error calling ${name}: ${message}`;
    },
  );
}

function readOnly(machine: Machine, node: Operand, given: Given): void {
  if (countOf(given) === 0) return;
  machine.at(node);
  machine.fail(`can't give argument to non-function ${nodeText(node)}`);
}

/** @param stage what errors of a call name */
function evaluateOperand(
  machine: Machine,
  dot: unknown,
  node: Operand,
  given: Given,
  stage: Operand | Stage,
): unknown {
  if (node.kind === 'pipeline') {
    readOnly(machine, node, given);
    return evaluatePipeline(machine, dot, node);
  }
  machine.at(node);
  if (node.kind === 'identifier') {
    return callFunction(machine, dot, { name: node.name, stage }, given);
  }
  if (node.kind === 'literal') {
    readOnly(machine, node, given);
    if (node.value === null) machine.fail('nil is not a command');
    return node.value;
  }
  if (node.names.length === 0) readOnly(machine, node, given);
  const passed: Arguments = {
    count: countOf(given),
    values: () => [...argumentsOf(machine, dot, given, () => 'string')] as string[],
  };
  return followFields(machine, start(machine, dot, node), node.names, passed);
}

function start(machine: Machine, dot: unknown, node: Operand): unknown {
  if (node.kind === 'field') return dot;
  if (node.kind === 'variable') return machine.variable(node.name).value;
  return node.kind === 'chain' ? argument(machine, dot, node.base, 'any') : undefined;
}

function assign(machine: Machine, { variables, assigns }: Pipeline, value: unknown): void {
  for (const name of variables) {
    if (assigns) machine.variable(name).value = value;
    else machine.variables.push({ name, value });
  }
}

/** The value of the stages without what is done to variables. */
export function evaluateStages(machine: Machine, dot: unknown, { stages }: Pipeline): unknown {
  let piped: Given['piped'] = [];
  for (const stage of stages) {
    const [first, ...operands] = stage.words;
    piped = [evaluateOperand(machine, dot, first, { operands, piped }, stage)];
  }
  return piped[0];
}

/** The value of a pipeline, after its variables are set. Throws CliError TEMPLATE_FAILED, TEMPLATE_LIMIT. */
export function evaluatePipeline(machine: Machine, dot: unknown, pipeline: Pipeline): unknown {
  const value = evaluateStages(machine, dot, pipeline);
  assign(machine, pipeline, value);
  return value;
}
