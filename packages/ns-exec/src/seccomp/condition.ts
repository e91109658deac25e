import type { SeccompArg } from '@ctrkit/oci';
import { NsExecError } from '../ns-exec-error.ts';
import { jumps } from './assembler.ts';
import type { Assembler, Label } from './assembler.ts';

/** A comparison of one argument of a call, ready to be written. */
export interface Condition {
  readonly index: number;
  readonly op: SeccompArg['op'];
  readonly value: Halves;
  readonly valueTwo: Halves;
}

interface Halves {
  readonly high: number;
  readonly low: number;
}

const ops = new Set<string>(['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map((op) => `SCMP_CMP_${op}`)); // prettier-ignore
const HALF = 0x1_0000_0000;
/** Of args in `struct seccomp_data`. */
const ARGUMENTS = 16;
const LAST_ARGUMENT = 5;

// JSON's numbers are doubles here: beyond 2^53 another value would be compared than was written.
function halves(value: number): Halves {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new NsExecError('SPEC_UNSUPPORTED', `linux.seccomp: the value ${value} of an argument`, {
      hint: 'values are whole numbers from 0 to 2^53 - 1',
    });
  }
  return { high: Math.floor(value / HALF), low: value % HALF };
}

/** One of a rule's `args` (config-linux.md#seccomp). Throws SPEC_UNSUPPORTED, BUNDLE_INVALID. */
export function conditionOf({ index, op, value, valueTwo = 0 }: SeccompArg): Condition {
  if (!ops.has(op)) {
    throw new NsExecError('BUNDLE_INVALID', `linux.seccomp: no operator ${JSON.stringify(op)}`);
  }
  if (!Number.isInteger(index) || index < 0 || index > LAST_ARGUMENT) {
    throw new NsExecError('BUNDLE_INVALID', `linux.seccomp: no argument ${index}`);
  }
  return { index, op, value: halves(value), valueTwo: halves(valueTwo) };
}

interface Places {
  readonly yes: Label;
  readonly no: Label;
}

// The upper half decides, and where it is equal, the lower one; of 32 bits there is only the lower.
function compare(
  assembler: Assembler,
  { index, value }: Condition,
  bits: 32 | 64,
  jump: number,
  { yes, no }: Places,
): Label {
  const at = ARGUMENTS + 8 * index;
  const low = assembler.load(at, assembler.branch(jump, value.low, yes, no));
  if (bits === 32) return low;
  const equal = assembler.branch(jumps.equal, value.high, low, no);
  const high =
    jump === jumps.equal ? equal : assembler.branch(jumps.greater, value.high, yes, equal);
  return assembler.load(at + 4, high);
}

// `value` is the mask, `valueTwo` what is left behind it.
function compareMasked(
  assembler: Assembler,
  { index, value: mask, valueTwo }: Condition,
  bits: 32 | 64,
  { yes, no }: Places,
): Label {
  const half = (offset: number, bits: number, wanted: number, next: Label): Label =>
    bits === 0
      ? next
      : assembler.load(
          ARGUMENTS + 8 * index + offset,
          assembler.mask(bits, assembler.branch(jumps.equal, (wanted & bits) >>> 0, next, no)),
        );
  const low = half(0, mask.low, valueTwo.low, yes);
  return bits === 32 ? low : half(4, mask.high, valueTwo.high, low);
}

/** Writes a condition that goes on at `yes` where it holds and at `no` where it does not. */
export function writeCondition(
  assembler: Assembler,
  condition: Condition,
  bits: 32 | 64,
  { yes, no }: Places,
): Label {
  const opposite = { yes: no, no: yes };
  switch (condition.op) {
    case 'SCMP_CMP_EQ':
      return compare(assembler, condition, bits, jumps.equal, { yes, no });
    case 'SCMP_CMP_NE':
      return compare(assembler, condition, bits, jumps.equal, opposite);
    case 'SCMP_CMP_GE':
      return compare(assembler, condition, bits, jumps.greaterOrEqual, { yes, no });
    case 'SCMP_CMP_LT':
      return compare(assembler, condition, bits, jumps.greaterOrEqual, opposite);
    case 'SCMP_CMP_GT':
      return compare(assembler, condition, bits, jumps.greater, { yes, no });
    case 'SCMP_CMP_LE':
      return compare(assembler, condition, bits, jumps.greater, opposite);
    case 'SCMP_CMP_MASKED_EQ':
      return compareMasked(assembler, condition, bits, { yes, no });
  }
}
