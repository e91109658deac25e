import { compareTexts, kindOf, numberOf, typeName, type Kind } from './kinds.ts';
import { printValue } from './format-verb.ts';
import { Complaint } from './template-error.ts';

const basic: ReadonlySet<Kind> = new Set(['bool', 'int', 'float', 'string'] as const);

const plain = (value: unknown): unknown =>
  kindOf(value) === 'int' || kindOf(value) === 'float' ? numberOf(value) : value;

function isSame(a: unknown, b: unknown): boolean {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (left === 'nil' || right === 'nil') return left === right;
  if (left !== right) throw new Complaint('incompatible types for comparison');
  if (basic.has(left)) return plain(a) === plain(b);
  throw new Complaint(`non-comparable type ${printValue(a)}: ${typeName(a)}`);
}

/** Whether it is equal to one of the others: Go's `eq`. Throws Complaint. */
export function isEqual(first: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new Complaint('missing argument for comparison');
  return others.some((other) => isSame(first, other));
}

/** Less than, equal to or more than zero. Throws Complaint for what has no order. */
export function compare(a: unknown, b: unknown): number {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (!basic.has(left) || !basic.has(right)) throw new Complaint('invalid type for comparison');
  if (left !== right) throw new Complaint('incompatible types for comparison');
  if (left === 'bool') throw new Complaint('invalid type for comparison');
  return left === 'string' ? compareTexts(a as string, b as string) : numberOf(a) - numberOf(b);
}
