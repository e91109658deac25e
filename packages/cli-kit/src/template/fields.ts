import { kindOf, typeName, type Method } from './kinds.ts';
import type { Machine } from './machine.ts';
import { checkCount } from './parameters.ts';

/** Evaluates the arguments that a method is given; each is a string, all that docker's take. */
export type Arguments = { readonly count: number; readonly values: () => string[] };

const none: Arguments = { count: 0, values: () => [] };

/** One step of `.A.B "x"`. */
interface Step {
  readonly name: string;
  readonly given: Arguments;
  readonly isLast: boolean;
}

function callMethod(machine: Machine, method: Method, { name, given }: Step): unknown {
  machine.locate(() => checkCount(name, given.count, method.length, method.length));
  return method(...given.values());
}

function rowField(machine: Machine, row: object, step: Step): unknown {
  const { name, given } = step;
  if (!Object.hasOwn(row, name)) {
    machine.fail(`can't evaluate field ${name} in type ${machine.options.type ?? typeName(row)}`);
  }
  const value = (row as Record<string, unknown>)[name];
  if (typeof value === 'function') return callMethod(machine, value as Method, step);
  machine.locate(() => checkCount(name, given.count, 0, 0));
  return value;
}

function mapField(machine: Machine, map: object, { name, given, isLast }: Step): unknown {
  if (given.count > 0) machine.fail(`${name} is not a method but has arguments`);
  const isThere = Object.hasOwn(map, name);
  const value = isThere ? (map as Record<string, unknown>)[name] : undefined;
  const { missingKey, maps = [] } = machine.options;
  if (maps.includes(name) && typeof value === 'object' && value !== null) {
    machine.openMaps.add(value);
  }
  const isLenient = missingKey !== 'error' || machine.openMaps.has(map);
  if (value !== undefined || isLenient) return value;
  // There and undefined: the type has this field and the value has not: `{{if .State.Health}}`.
  return isThere && isLast ? null : machine.fail(`map has no entry for key "${name}"`);
}

function fieldOf(machine: Machine, value: unknown, step: Step): unknown {
  const { name } = step;
  const { type, missingKey } = machine.options;
  const kind = kindOf(value);
  if (kind === 'missing') return undefined;
  if (kind === 'nil') machine.fail(`nil pointer evaluating interface {}.${name}`);
  if (kind !== 'map') {
    const found = missingKey === 'error' ? 'interface {}' : typeName(value);
    machine.fail(`can't evaluate field ${name} in type ${found}`);
  }
  const isRow = value === machine.root && type !== undefined;
  return (isRow ? rowField : mapField)(machine, value as object, step);
}

/**
 * The field that names lead to, from own properties alone: what an object inherits (`constructor`) is no field. The
 * last one is given the arguments. Throws CliError TEMPLATE_FAILED.
 */
export function followFields(
  machine: Machine,
  start: unknown,
  names: readonly string[],
  given: Arguments = none,
): unknown {
  return names.reduce((value, name, index) => {
    machine.budget.step();
    const isLast = index === names.length - 1;
    return fieldOf(machine, value, { name, given: isLast ? given : none, isLast });
  }, start);
}
