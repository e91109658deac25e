import type { BuildOptions } from '../build-options.ts';
import type { SourceTree } from '../context/source.ts';

export interface CommitScriptedOptions extends Omit<
  BuildOptions,
  'dockerfile' | 'context' | 'names' | 'target' | 'substitutes'
> {
  // prettier-ignore
  /** @default none */
  readonly name?: string;
  /** More names. */
  readonly names?: readonly string[];
  /** A directory, or a tree that is open, and the caller's to close. @default nothing can be copied */
  readonly context?: string | SourceTree;
}
