import { NsExecError } from '../ns-exec-error.ts';

/** SECCOMP_FILTER_FLAG_* (linux/seccomp.h) that make sense without a listener. */
const bits: ReadonlyMap<string, number> = new Map([
  ['SECCOMP_FILTER_FLAG_TSYNC', 1],
  ['SECCOMP_FILTER_FLAG_LOG', 2],
  ['SECCOMP_FILTER_FLAG_SPEC_ALLOW', 4],
]);

/** The flags that a filter is installed with (seccomp(2)). Throws SPEC_UNSUPPORTED. */
export function filterFlags(names: readonly string[] = []): number {
  return names.reduce((flags, name) => {
    const bit = bits.get(name);
    if (bit !== undefined) return flags | bit;
    throw new NsExecError('SPEC_UNSUPPORTED', `linux.seccomp: no flag ${JSON.stringify(name)}`);
  }, 0);
}
