import type { LinuxDeviceRule } from '@ctrkit/oci';
import { CgroupError } from './cgroup-error.ts';
import { deviceAccess, fullAccess, isForAll, parseDeviceRules } from './device-rule.ts';
import type { DeviceRule } from './device-rule.ts';

/** What the v1 devices controller can hold for one type: one answer for all, and exceptions from it. */
interface DeviceList {
  readonly allow: boolean;
  readonly exceptions: readonly Exception[];
}

type Exception = Omit<DeviceRule, 'allow'>;

const sameDevices = (a: Exception, b: Exception): boolean =>
  a.type === b.type && a.major === b.major && a.minor === b.minor;

const within = (inner: Exception, outer: Exception): boolean =>
  inner.type === outer.type &&
  (outer.major === undefined || outer.major === inner.major) &&
  (outer.minor === undefined || outer.minor === inner.minor);

const overlap = (a: Exception, b: Exception): boolean =>
  a.type === b.type &&
  (a.major === undefined || b.major === undefined || a.major === b.major) &&
  (a.minor === undefined || b.minor === undefined || a.minor === b.minor);

function add(exceptions: readonly Exception[], rule: DeviceRule): Exception[] {
  const { type, major, minor } = rule;
  const same = exceptions.find((exception) => sameDevices(exception, rule));
  const others = exceptions.filter((exception) => exception !== same);
  return [...others, { type, major, minor, access: rule.access | (same?.access ?? 0) }];
}

/**
 * The kernel takes away an exception only by its very name, and otherwise does nothing without an error: a rule that
 * takes away a part of a wider one would be lost, and a device stay open.
 */
function remove(exceptions: readonly Exception[], rule: DeviceRule): Exception[] {
  return exceptions.flatMap((exception) => {
    const left = exception.access & ~rule.access;
    if (within(exception, rule)) return left === 0 ? [] : [{ ...exception, access: left }];
    if (left === exception.access || !overlap(exception, rule)) return [exception];
    throw new CgroupError(
      'CGROUP_INVALID_VALUE',
      `linux.resources.devices: "${formatDevice(rule)}" takes back a part of ` +
        `"${formatDevice(exception)}", which cgroup v1 cannot do`,
      { hint: 'name the devices that are wanted, instead of a range with holes' },
    );
  });
}

/** Rules in their order as one answer and exceptions from it. Throws CGROUP_INVALID_VALUE. */
function deviceList(rules: readonly DeviceRule[]): DeviceList {
  let list: DeviceList = { allow: true, exceptions: [] };
  for (const [index, rule] of rules.entries()) {
    const resets = isForAll(rule) && rule.access === fullAccess;
    const other = rules[index + 1];
    // "All types" is two rules here and one for the kernel.
    const both = resets && other !== undefined && isForAll(other) && other.access === fullAccess;
    if (both && other.allow === rule.allow && other.type !== rule.type) {
      list = { allow: rule.allow, exceptions: [] };
    } else if (rule.allow === list.allow) {
      list = { ...list, exceptions: remove(list.exceptions, rule) };
    } else {
      list = { ...list, exceptions: add(list.exceptions, rule) };
    }
  }
  return list;
}

/** A rule as devices.allow, devices.deny and devices.list have it: `c 1:3 rwm`. */
function formatDevice({ type, major, minor, access }: Exception): string {
  const letters = (['r', 'w', 'm'] as const).filter((letter) => access & deviceAccess[letter]);
  return `${type} ${major ?? '*'}:${minor ?? '*'} ${letters.join('')}`;
}

/** One write to a file of the devices controller. */
interface DeviceWrite {
  readonly file: 'devices.allow' | 'devices.deny';
  readonly value: string;
}

const fileFor = (allow: boolean): DeviceWrite['file'] => (allow ? 'devices.allow' : 'devices.deny');

/**
 * The writes that make a v1 cgroup follow the rules: from the kernel's values, or from `present`, its devices.list,
 * so that from one list of allowed devices to another what is in both stays open.
 * Throws CGROUP_INVALID_VALUE for what v1 cannot hold.
 * https://docs.kernel.org/admin-guide/cgroup-v1/devices.html
 */
export function deviceWrites(
  rules: readonly LinuxDeviceRule[],
  present: string | undefined,
): DeviceWrite[] {
  if (rules.length === 0) return [];
  const list = deviceList(parseDeviceRules(rules));
  const wanted = list.exceptions.map(formatDevice);
  const old = present === undefined ? [] : present.split('\n').filter((line) => line !== '');
  const isShut = present !== undefined && !old.includes('a *:* rwm');
  // A list with "all" at the front does not show its exceptions, so it is begun anew.
  const reset = isShut && !list.allow ? [] : [{ file: fileFor(list.allow), value: 'a' }];
  const kept = reset.length > 0 ? [] : old;
  // A new cgroup allows what its parent allows: nothing to say where all is wanted.
  const begin = present === undefined && list.allow ? [] : reset;
  return [
    ...begin,
    ...kept
      .filter((line) => !wanted.includes(line))
      .map((value) => ({ file: fileFor(list.allow), value })),
    ...wanted
      .filter((line) => !kept.includes(line))
      .map((value) => ({ file: fileFor(!list.allow), value })),
  ];
}
