import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { architecturesOf } from '../../src/seccomp/architectures.ts';
import { numbersOf } from './evaluate.ts';

const headers = '/usr/include/x86_64-linux-gnu/asm';

const table = (name: string): Map<string, number> =>
  numbersOf(
    ['x64', 'arm64']
      .flatMap((machine) => architecturesOf(machine) ?? [])
      .find((architecture) => architecture.name === name) ?? assert.fail(name),
  );

/** Numbers as a kernel header defines them, with x32's bit. */
function definedIn(header: string): [name: string, number: number][] {
  const lines = readFileSync(header, 'utf8').matchAll(
    /^#define __NR_(\w+)\s+\(?(__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm,
  );
  return [...lines].map(([, name = '', x32, number]) => [
    name,
    Number(number) + (x32 === undefined ? 0 : 0x40000000),
  ]);
}

if (needs(`file:${headers}/unistd_64.h`)) {
  for (const [name, header] of [
    ['SCMP_ARCH_X86_64', 'unistd_64.h'],
    ['SCMP_ARCH_X86', 'unistd_32.h'],
    ['SCMP_ARCH_X32', 'unistd_x32.h'],
  ] as const) {
    test(`the table of ${name} agrees with the kernel's header`, () => {
      const defined = definedIn(`${headers}/${header}`);
      assert.ok(defined.length > 300);
      for (const [call, number] of defined) assert.equal(table(name).get(call), number, call);
    });
  }
}

for (const [name, numbers] of [
  ['SCMP_ARCH_AARCH64', { io_setup: 0, openat: 56, execve: 221, newfstatat: 79, clone3: 435 }],
  ['SCMP_ARCH_ARM', { exit: 1, mmap2: 192, socket: 281, clone3: 435, set_tls: 0xf0005 }],
] as const) {
  test(`the table of ${name} has no number twice, and these`, () => {
    const calls = table(name);
    assert.equal(new Set(calls.values()).size, calls.size);
    for (const [call, number] of Object.entries(numbers)) assert.equal(calls.get(call), number);
    // From pidfd_send_signal on all architectures number alike.
    for (const [call, number] of table('SCMP_ARCH_X86_64')) {
      if (number >= 424 && calls.has(call)) assert.equal(calls.get(call), number, call);
    }
  });
}

test.run();
