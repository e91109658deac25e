/** What the kernel hands to a filter: struct seccomp_data, without the instruction pointer. */
export interface SystemCall {
  /** AUDIT_ARCH_*. */
  readonly arch: number;
  readonly nr: number;
  readonly args?: readonly bigint[];
}

const SIZE = 64;

function dataOf({ arch, nr, args = [] }: SystemCall): DataView {
  const view = new DataView(new ArrayBuffer(SIZE));
  view.setUint32(0, nr, true);
  view.setUint32(4, arch, true);
  args.forEach((arg, index) => view.setBigUint64(16 + 8 * index, arg, true));
  return view;
}

/**
 * Runs a filter as the kernel would: one accumulator, jumps forward only, no load but of whole words of the call. Knows
 * the instructions that filters use, by their numbers in linux/filter.h, and throws at any other. Says what it returned
 * and after how many steps.
 */
export function runFilter(program: Uint8Array, call: SystemCall): { value: number; steps: number } {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = dataOf(call);
  let accumulator = 0;
  let steps = 0;
  for (let at = 0; ; at += 1) {
    steps += 1;
    if (at * 8 >= program.length) throw new Error('fell off the end');
    const opcode = code.getUint16(at * 8, true);
    const [yes, no] = [code.getUint8(at * 8 + 2), code.getUint8(at * 8 + 3)];
    const k = code.getUint32(at * 8 + 4, true);
    if (opcode === 0x20) {
      if (k % 4 !== 0 || k >= SIZE) throw new Error(`no word at ${k}`);
      accumulator = data.getUint32(k, true);
    } else if (opcode === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (opcode === 0x05) at += k;
    else if (opcode === 0x15) at += accumulator === k ? yes : no;
    else if (opcode === 0x25) at += accumulator > k ? yes : no;
    else if (opcode === 0x35) at += accumulator >= k ? yes : no;
    else if (opcode === 0x06) return { value: k, steps };
    else throw new Error(`unknown opcode ${opcode.toString(16)}`);
  }
}
