import { runPlan, SyscallsError, userNamespace, walkTree } from '@ctrkit/syscalls';
import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { test } from 'uvu';

/** What entries have where a test does not say otherwise. */
export const owned = { mode: 0o644, uid: 0, gid: 0, xattrs: [] };
export const modified = { seconds: 1_000_000_000, nanoseconds: 123_456_789 };

export const directory = (path: string | Buffer, mode = 0o755): Operation => ({
  op: 'make-directory',
  path,
  ...owned,
  mode,
});

export const file = (path: string | Buffer, content = ''): Operation => ({
  op: 'make-file',
  path,
  ...owned,
  ...modified,
  content: Buffer.from(content),
});

export const symlink = (path: string, target: string): Operation => ({
  op: 'make-symlink',
  path,
  target,
  uid: 0,
  gid: 0,
  ...modified,
});

/** Makes whoever runs this root of a user namespace in which nobody else is anybody. */
export const ownUserNamespace = (): Operation[] => {
  const map = (hostID = 0) => [{ containerID: 0, hostID, size: 1 }];
  return userNamespace({ uids: map(process.geteuid?.()), gids: map(process.getegid?.()) });
};

/** Executes a line of shell, on the host where nothing before it says otherwise. */
export const shell = (
  line: string,
  ...args: readonly string[]
): Extract<Operation, { op: 'execute' }> => ({
  op: 'execute',
  candidates: ['/bin/sh'],
  argv: ['sh', '-c', line, 'sh', ...args],
  env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
});

/** Carries out operations beneath a directory. */
export async function tree(root: string, ...plan: readonly Operation[]): Promise<void> {
  await runPlan('tree', [{ op: 'root', path: root }, ...plan]);
}

/** The errno and the operation that a plan ends with; `success` where it succeeds. */
export async function failureOf(plan: Promise<unknown>): Promise<string> {
  try {
    await plan;
    return 'success';
  } catch (error) {
    if (!(error instanceof SyscallsError) || error.failure === undefined) throw error;
    return `${error.failure.operation} ${error.failure.errno}`;
  }
}

/** All entries of a directory by path. */
export async function entriesOf(root: string): Promise<Map<string, WalkEntry>> {
  const entries = new Map<string, WalkEntry>();
  for await (const record of walkTree([{ op: 'root', path: root }])) {
    if (record.kind === 'entry') entries.set(record.path.toString('latin1'), record);
  }
  return entries;
}

/** All that an iterable yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

/** A test that is skipped where something that it needs is missing. */
export const when =
  (there: boolean) =>
  (name: string, body: () => Promise<void>): void => {
    if (there) test(name, body);
    else test.skip(name, body);
  };
