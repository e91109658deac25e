import { NsExecError } from '../ns-exec-error.ts';

// Classic BPF (linux/filter.h, linux/bpf_common.h), as seccomp takes it.
const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const JUMP = 0x05; // BPF_JMP | BPF_JA
const RETURN = 0x06; // BPF_RET | BPF_K

/** Comparisons of the accumulator with a constant. */
export const jumps = { equal: 0x15, greater: 0x25, greaterOrEqual: 0x35 } as const;

/** A place in a program, counted from its end. */
export type Label = number;

/** BPF_MAXINSNS. */
const MOST_INSTRUCTIONS = 4096;
/** A conditional jump's offsets are bytes. */
const FARTHEST = 255;

/**
 * Builds a program from its end to its start: jumps go forward only, so where they lead is known when they are
 * written. What is too far for a conditional jump is reached by a long one.
 */
export class Assembler {
  /** Two for each instruction: code and both jumps, and the constant. Little-endian, as all machines with a helper. */
  readonly #words = new Uint32Array(2 * MOST_INSTRUCTIONS);
  readonly #ends = new Map<number, Label>();
  #length = 0;

  /** Ends the program with a value. */
  end(value: number): Label {
    const known = this.#ends.get(value);
    // Another one is no longer than a long jump to it.
    if (known !== undefined && this.#length - known < FARTHEST - 1) return known;
    const label = this.#emit(RETURN, 0, 0, value);
    this.#ends.set(value, label);
    return label;
  }

  /** Loads 32 bits of `struct seccomp_data` and goes on. */
  load(offset: number, next: Label): Label {
    this.#continueAt(next);
    return this.#emit(LOAD, 0, 0, offset);
  }

  /** Keeps these bits of the accumulator and goes on. */
  mask(bits: number, next: Label): Label {
    this.#continueAt(next);
    return this.#emit(AND, 0, 0, bits);
  }

  /** Compares the accumulator with a value, and goes on at either place. */
  branch(jump: number, value: number, yes: Label, no: Label): Label {
    if (yes === no) return yes;
    // The second may need a long jump too, which stands between the first and here.
    const first = this.#length - yes < FARTHEST ? yes : this.#jump(yes);
    const second = this.#length - no <= FARTHEST ? no : this.#jump(no);
    return this.#emit(jump, this.#length - first, this.#length - second, value);
  }

  /** The instructions as an array of `struct sock_filter`. */
  program(): Uint8Array {
    return new Uint8Array(this.#words.slice(-2 * this.#length).buffer);
  }

  #continueAt(label: Label): void {
    if (label !== this.#length) this.#jump(label);
  }

  #jump(label: Label): Label {
    return this.#emit(JUMP, 0, 0, this.#length - label);
  }

  #emit(code: number, yes: number, no: number, k: number): Label {
    if (this.#length === MOST_INSTRUCTIONS) {
      throw new NsExecError('SPEC_UNSUPPORTED', 'linux.seccomp: too large a filter', {
        hint: `the kernel takes ${MOST_INSTRUCTIONS} instructions`,
      });
    }
    this.#length += 1;
    const at = this.#words.length - 2 * this.#length;
    this.#words[at] = code | (yes << 16) | (no << 24);
    this.#words[at + 1] = k;
    return this.#length;
  }
}
