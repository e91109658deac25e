import type { LinuxDeviceRule } from '@ctrkit/oci';
import { CgroupError } from './cgroup-error.ts';

/** What may be done to a device, as bits of the kernel's bpf_cgroup_dev_ctx. */
export const deviceAccess = { m: 1, r: 2, w: 4 } as const;
export const fullAccess = 7;

/** A rule of the spec, checked. An absent number stands for all. */
export interface DeviceRule {
  readonly allow: boolean;
  readonly type: 'b' | 'c';
  readonly major: number | undefined;
  readonly minor: number | undefined;
  /** Bits of `deviceAccess`, at least one. */
  readonly access: number;
}

function invalidRule(rule: LinuxDeviceRule, why: string): CgroupError {
  const message = `linux.resources.devices: ${JSON.stringify(rule)} ${why}`;
  return new CgroupError('CGROUP_INVALID_VALUE', message);
}

function parseAccess(rule: LinuxDeviceRule): number {
  const text = rule.access ?? 'rwm';
  if (!/^[rwm]+$/.test(text)) throw invalidRule(rule, 'has an access that is not of r, w and m');
  return Array.from(text).reduce(
    (bits, letter) => bits | deviceAccess[letter as 'r' | 'w' | 'm'],
    0,
  );
}

/** -1 is the old way of writing "all". Linux has 12 bits of major and 20 of minor number. */
function parseNumber(
  rule: LinuxDeviceRule,
  key: 'major' | 'minor',
  bits: number,
): number | undefined {
  const value = rule[key];
  if (value === undefined || value === -1) return undefined;
  if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
  throw invalidRule(rule, `has a ${key} number that no device has`);
}

/**
 * Checks `linux.resources.devices` and writes "all types" as one rule for each of the two types.
 * Order is kept: of several rules that match, the last counts. Throws CGROUP_INVALID_VALUE.
 */
export function parseDeviceRules(rules: readonly LinuxDeviceRule[]): DeviceRule[] {
  return rules.flatMap((rule): DeviceRule[] => {
    const { allow, type = 'a' } = rule;
    const numbers = {
      major: parseNumber(rule, 'major', 12),
      minor: parseNumber(rule, 'minor', 20),
    };
    const access = parseAccess(rule);
    const types = type === 'a' ? (['b', 'c'] as const) : [type];
    return types.map((type) => ({ allow, type, ...numbers, access }));
  });
}

/** Whether a rule is for every device of its type. */
export const isForAll = (rule: Pick<DeviceRule, 'major' | 'minor'>): boolean =>
  rule.major === undefined && rule.minor === undefined;
