import type { Digest } from '@ctrkit/oci';

/** A named value that a step depends on: of these its key is made, and by their names a miss is explained. */
export interface Input {
  readonly type: 'argument' | 'variable' | 'setting' | 'file';
  readonly name: string;
  readonly value: string;
  /** Of a file: of its kind, permissions and attributes. */
  readonly metadata?: Digest;
}

export type Inputs = readonly Input[];

/** A setting, where there is one. */
export function setting(name: string, value: string | undefined): Input[] {
  return value === undefined ? [] : [{ type: 'setting', name, value }];
}
