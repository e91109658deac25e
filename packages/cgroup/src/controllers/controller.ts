import type { LinuxResources } from '@ctrkit/oci';
import type { Stats } from '../stats.ts';

/** One value for one interface file of a cgroup. */
export interface Setting {
  readonly file: string;
  readonly value: string;
  /**
   * What is not there when the kernel has no such file. With it the lack is reported in `ignored`;
   * without, it is an error.
   */
  readonly lack?: string;
  /** Only the first of several names that there is gets the value. */
  readonly otherwise?: string;
}

/** What a controller may look at to decide: files of the very cgroup. */
export interface View {
  readonly version: 1 | 2;
  /** The cgroup was made just now and has the kernel's own values. */
  readonly fresh: boolean;
  /** A file without its last newline, undefined where there is none. */
  read(file: string): string | undefined;
  /** The names of the files. */
  list(): readonly string[];
}

/** One kind of limit: how it is written, and what it counts. Decides, writes nothing. */
export interface Controller {
  /** Its name in each version; undefined: that version has none, or needs no controller for it. */
  readonly names: { readonly 1: string | undefined; readonly 2: string | undefined };
  /** The values in the order in which they must be written. Throws CGROUP_INVALID_VALUE. */
  settings(resources: LinuxResources, view: View): Setting[];
  /** What this version has no word for. */
  ignored?(resources: LinuxResources, version: 1 | 2): string[];
  stats?(view: View): Stats;
}

export const invalid = (name: string, value: unknown): string =>
  `linux.resources.${name}: ${JSON.stringify(value)}`;
