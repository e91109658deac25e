/** What the kernel hands to a device program: struct bpf_cgroup_dev_ctx. */
export interface DeviceRequest {
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  /** Of r, w and m. */
  readonly access: string;
}

const accessBits: Record<string, number> = { m: 1, r: 2, w: 4 };

function contextOf({ type, major, minor, access }: DeviceRequest): DataView {
  const bits = Array.from(access).reduce((sum, letter) => sum | (accessBits[letter] ?? 0), 0);
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, (bits << 16) | (type === 'b' ? 1 : 2), true);
  view.setUint32(4, major, true);
  view.setUint32(8, minor, true);
  return view;
}

/**
 * Runs a program of BPF instructions as the kernel would: 64-bit registers, jumps forward only, no register read
 * before it is written, an end that is always an exit. Knows the instructions that device programs use, from the
 * standard's numbers, and throws at any other.
 */
export function runDeviceProgram(program: Uint8Array, request: DeviceRequest): bigint {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const context = contextOf(request);
  const registers: (bigint | undefined)[] = [undefined, 0n];
  const get = (register: number): bigint => {
    const value = registers[register];
    if (value === undefined) throw new Error(`R${register} !read_ok`);
    return value;
  };
  for (let at = 0; ; at += 1) {
    if (at * 8 >= program.length) throw new Error('fell off the end');
    const opcode = code.getUint8(at * 8);
    const target = code.getUint8(at * 8 + 1) & 15;
    const source = code.getUint8(at * 8 + 1) >> 4;
    const offset = code.getInt16(at * 8 + 2, true);
    const value = BigInt(code.getInt32(at * 8 + 4, true));
    const jump = (taken: boolean): void => {
      if (offset < 0) throw new Error('back-edge');
      if (taken) at += offset;
    };
    if (opcode === 0x61) {
      if (source !== 1) throw new Error('no load but from the context');
      registers[target] = BigInt(context.getUint32(offset, true));
    } else if (opcode === 0xbf) registers[target] = get(source);
    else if (opcode === 0xb7) registers[target] = value;
    else if (opcode === 0x57) registers[target] = get(target) & value;
    else if (opcode === 0x77) registers[target] = get(target) >> value;
    else if (opcode === 0x05) jump(true);
    else if (opcode === 0x55) jump(get(target) !== value);
    else if (opcode === 0x45) jump((get(target) & value) !== 0n);
    else if (opcode === 0x95) return get(0);
    else throw new Error(`unknown opcode ${opcode.toString(16)}`);
  }
}

/** Every instruction that some path reaches: the kernel refuses a program with others. */
export function reachable(program: Uint8Array): boolean {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const count = program.length / 8;
  const seen = new Set<number>();
  const waiting = [0];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at >= count) return false;
    if (seen.has(at)) continue;
    seen.add(at);
    const opcode = code.getUint8(at * 8);
    const beyond = at + 1 + code.getInt16(at * 8 + 2, true);
    if (opcode === 0x95) continue;
    if (opcode !== 0x05) waiting.push(at + 1);
    if (opcode === 0x05 || opcode === 0x55 || opcode === 0x45) waiting.push(beyond);
  }
  return seen.size === count;
}
