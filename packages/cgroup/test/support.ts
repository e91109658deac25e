import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import { CgroupError, detectHierarchy } from '../src/index.ts';
import type { CgroupErrorCode, Hierarchy } from '../src/index.ts';
import type { Controller, Setting, View } from '../src/controllers/controller.ts';

/** What a machine's cgroup mounts would be, in a plain directory. */
export interface FakeMachine {
  readonly root: string;
  readonly hierarchy: Hierarchy;
  /** Detects again, after a change. */
  detect(): Promise<Hierarchy>;
  path(...names: string[]): string;
  read(...names: string[]): string | undefined;
  write(path: string, text: string): void;
  /** The files of a directory and what is in them. */
  files(...names: string[]): Record<string, string>;
  /** Takes the interface files away, as the kernel does on rmdir. */
  empty(...names: string[]): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface FakeOptions {
  /** v1 hierarchies by directory name, `cpu,cpuacct` for two in one. */
  readonly v1?: readonly string[];
  /** Where v2 is mounted ('' for the root itself) and its controllers. */
  readonly v2?: { readonly at: string; readonly controllers: string };
  /** Lines of /proc/self/cgroup. */
  readonly self?: string;
}

function mountLines(root: string, { v1 = [], v2 }: FakeOptions): string {
  const first = v1.map((names) => `40 30 0:40 / ${root}/${names} rw - cgroup cgroup rw,${names}`);
  const at = v2?.at === '' ? root : join(root, v2?.at ?? '');
  const second = v2 === undefined ? [] : [`41 30 0:41 / ${at} rw - cgroup2 cgroup2 rw`];
  return [`30 1 0:30 / ${root} rw - tmpfs tmpfs rw`, ...first, ...second, ''].join('\n');
}

export async function fakeMachine(options: FakeOptions): Promise<FakeMachine> {
  const directory = await temporaryDirectory();
  const root = join(directory.path, 'cgroup');
  const path = (...names: string[]): string => join(root, ...names);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  mkdirSync(root);
  for (const names of options.v1 ?? []) mkdirSync(path(names));
  if (options.v2 !== undefined) {
    write(join(options.v2.at, 'cgroup.controllers'), `${options.v2.controllers}\n`);
    write(join(options.v2.at, 'cgroup.procs'), '');
    write(join(options.v2.at, 'cgroup.subtree_control'), '');
  }
  const mountinfo = join(directory.path, 'mountinfo');
  const self = join(directory.path, 'self');
  writeFileSync(mountinfo, mountLines(root, options));
  writeFileSync(self, options.self ?? '0::/\n');
  const detect = (): Promise<Hierarchy> => detectHierarchy({ root, mountinfo, self });
  const read = (...names: string[]): string | undefined => {
    try {
      return readFileSync(path(...names), 'utf8');
    } catch {
      return undefined;
    }
  };
  return {
    root,
    path,
    write,
    read,
    detect,
    hierarchy: await detect(),
    files: (...names) =>
      Object.fromEntries(
        readdirSync(path(...names), { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name }) => [name, read(...names, name) ?? '']),
      ),
    empty: (...names) => {
      for (const entry of readdirSync(path(...names), { withFileTypes: true })) {
        if (entry.isFile()) rmSync(path(...names, entry.name));
      }
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** A cgroup's files as a controller sees them. */
export function viewOn(
  version: 1 | 2,
  files: Readonly<Record<string, string>> = {},
  fresh = false,
): View {
  return { version, fresh, read: (file) => files[file], list: () => Object.keys(files) };
}

/** The values that a controller writes into a new cgroup, as `file value` lines. */
export function written(settings: readonly Setting[]): string[] {
  return settings.map(({ file, value }) => `${file} ${value}`);
}

export const fresh = (
  controller: Controller,
  version: 1 | 2,
  resources: Parameters<Controller['settings']>[0],
): string[] => written(controller.settings(resources, viewOn(version, {}, true)));

/** The code of the CgroupError that something throws; fails when it throws none. */
export async function codeOf(act: () => unknown): Promise<CgroupErrorCode> {
  return (await errorOf(act)).code;
}

export async function errorOf(act: () => unknown): Promise<CgroupError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof CgroupError) return error;
    throw error;
  }
  throw new Error('threw nothing');
}
