import type { LinuxDeviceRule } from '@ctrkit/oci';
import { fullAccess, isForAll, parseDeviceRules } from './device-rule.ts';
import type { DeviceRule } from './device-rule.ts';

// Instructions of BPF. https://docs.kernel.org/bpf/standardization/instruction-set.html
const LOAD_WORD = 0x61;
const MOVE = 0xbf;
const MOVE_NUMBER = 0xb7;
const AND_NUMBER = 0x57;
const SHIFT_RIGHT_NUMBER = 0x77;
const JUMP = 0x05;
const JUMP_UNLESS_EQUAL = 0x55;
const JUMP_IF_SET = 0x45;
const EXIT = 0x95;

// Registers: the verdict, the context, and what is taken from it.
const VERDICT = 0;
const CONTEXT = 1;
const TYPE = 2;
/** The accesses that no rule has spoken about yet. */
const OPEN = 3;
const MAJOR = 4;
const MINOR = 5;

const types = { b: 1, c: 2 } as const;

/** One instruction: the eight bytes of struct bpf_insn as a number, little-endian like both architectures. */
function instruction(
  code: number,
  target: number,
  fields: { source?: number; offset?: number; value?: number } = {},
): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, code);
  view.setUint8(1, target | ((fields.source ?? 0) << 4));
  view.setInt16(2, fields.offset ?? 0, true);
  view.setInt32(4, fields.value ?? 0, true);
  return bytes;
}

/** struct bpf_cgroup_dev_ctx: access << 16 | type, major, minor. */
const prologue: readonly Uint8Array[] = [
  instruction(LOAD_WORD, TYPE, { source: CONTEXT, offset: 0 }),
  instruction(MOVE, OPEN, { source: TYPE }),
  instruction(AND_NUMBER, TYPE, { value: 0xffff }),
  instruction(SHIFT_RIGHT_NUMBER, OPEN, { value: 16 }),
  instruction(LOAD_WORD, MAJOR, { source: CONTEXT, offset: 4 }),
  instruction(LOAD_WORD, MINOR, { source: CONTEXT, offset: 8 }),
];

const answer = (allow: boolean): Uint8Array[] => [
  instruction(MOVE_NUMBER, VERDICT, { value: allow ? 1 : 0 }),
  instruction(EXIT, 0),
];

/** What a rule that matches does: deny when it is about an open access, else strike off what it allows. */
function consequence(rule: DeviceRule): Uint8Array[] {
  if (!rule.allow) {
    return [
      instruction(JUMP_IF_SET, OPEN, { offset: 1, value: rule.access }),
      instruction(JUMP, 0, { offset: 2 }),
      ...answer(false),
    ];
  }
  return [
    instruction(AND_NUMBER, OPEN, { value: fullAccess & ~rule.access }),
    instruction(JUMP_UNLESS_EQUAL, OPEN, { offset: 2, value: 0 }),
    ...answer(true),
  ];
}

function compileRule(rule: DeviceRule): Uint8Array[] {
  const then = consequence(rule);
  const tests: readonly (readonly [register: number, value: number | undefined])[] = [
    [TYPE, types[rule.type]],
    [MAJOR, rule.major],
    [MINOR, rule.minor],
  ];
  const wanted = tests.filter((test): test is readonly [number, number] => test[1] !== undefined);
  const checks = wanted.map(([register, value], index) =>
    instruction(JUMP_UNLESS_EQUAL, register, {
      offset: wanted.length - 1 - index + then.length,
      value,
    }),
  );
  return [...checks, ...then];
}

/** From the last rule that speaks about every access to every device of a type on, nothing earlier counts for it. */
function rulesThatCount(rules: readonly DeviceRule[]): DeviceRule[] {
  const settled = new Set<string>();
  const counting: DeviceRule[] = [];
  for (const rule of rules.toReversed()) {
    if (settled.has(rule.type)) continue;
    counting.push(rule);
    if (isForAll(rule) && rule.access === fullAccess) settled.add(rule.type);
  }
  return counting;
}

/**
 * Compiles the device rules of `linux.resources` to a program of type BPF_PROG_TYPE_CGROUP_DEVICE, which stands in
 * for the devices controller under cgroup v2: an array of struct bpf_insn, to be attached (BPF_CGROUP_DEVICE) to the
 * cgroup's directory. It answers 1 to allow, 0 to refuse with EPERM. Each of read, write and mknod is decided by the
 * last rule that matches; what no rule speaks about is allowed, as in a new v1 cgroup.
 * Throws CGROUP_INVALID_VALUE. https://docs.kernel.org/admin-guide/cgroup-v2.html#device-controller
 */
export function deviceProgram(rules: readonly LinuxDeviceRule[]): Uint8Array {
  const body = rulesThatCount(parseDeviceRules(rules)).flatMap(compileRule);
  return Buffer.concat([...prologue, ...body, ...answer(true)]);
}
