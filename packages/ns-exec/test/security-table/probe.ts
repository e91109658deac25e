import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@ctrkit/testing';
import type { Need, RunResult } from '@ctrkit/testing';
import { architecturesOf } from '../../src/seccomp/architectures.ts';
import type { Architecture } from '../../src/seccomp/architectures.ts';
import { numbersOf } from '../seccomp/evaluate.ts';

const bin = new URL('../../src/bin.ts', import.meta.url).pathname;
const source = new URL('probe.c', import.meta.url).pathname;

/** The command, from source. */
export const nsExec = [process.execPath, '--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source', bin] as const; // prettier-ignore

/** What the probe needs to be made and to run. */
export const probeNeeds: readonly Need[] = [
  'command:gcc',
  'file:/usr/include/stdio.h',
  'file:/bin/busybox',
];

/** Makes the program that tries system calls: `/probe` of a root. */
export async function addProbe(rootfs: string): Promise<void> {
  const options = ['-static', '-O1', '-Wall', '-Wextra', '-Werror'] as const;
  const { code, stderr } = await run(['gcc', ...options, '-o', join(rootfs, 'probe'), source]);
  if (code !== 0) throw new Error(stderr);
}

const machine = process.arch === 'arm64' ? 'arm64' : 'x64';

/** How a program of this machine can make calls, by the probe's names; not 32-bit arm, which needs another compiler. */
export const abis: readonly (readonly [abi: string, architecture: Architecture])[] = (
  architecturesOf(machine) ?? []
)
  .filter(({ name }) => name !== 'SCMP_ARCH_ARM')
  .map((architecture, place) => [['native', 'x32', 'i386'][place] ?? '', architecture]);

/** A call by name as the probe is told it; undefined where the architecture has none. */
export function probeArgument(
  abi: string,
  architecture: Architecture,
  call: string,
  args: readonly number[] = [],
): string | undefined {
  const number = numbersOf(architecture).get(call);
  if (number === undefined) return undefined;
  return [abi, number - architecture.bit, ...args].join(':');
}

/** A bundle around a root with the probe. */
export async function writeProbeBundle(directory: string, spec: unknown): Promise<void> {
  await writeFile(join(directory, 'config.json'), JSON.stringify(spec));
}

/** The probe's answers, one for each call. */
export function answersOf({ stdout, stderr, code }: RunResult): string[] {
  if (code !== 0) throw new Error(`${code}: ${stderr}`);
  return stdout.trim().split('\n');
}
