import { Walker } from '@ctrkit/syscalls';
import type { WalkRecord, WalkSelection } from '@ctrkit/syscalls';
import type { Tree } from './tree.ts';

/** Walks of several trees, one after the other, by one helper: starting one takes longer than most walks do. */
export class TreeWalker implements AsyncDisposable {
  readonly #signal: AbortSignal | undefined;
  #walker: Walker | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  #turnTo(tree: Tree): Walker {
    this.#walker?.turnTo(tree);
    return (this.#walker ??= new Walker(tree, this.#signal === undefined ? {} : { signal: this.#signal })); // prettier-ignore
  }

  /** As `walkTree` does; no other follows one that is not read to its end. */
  async *walk(tree: Tree, selections: readonly WalkSelection[]): AsyncGenerator<WalkRecord> {
    for await (const records of this.#turnTo(tree).walk(selections)) {
      for (const record of records) if (record.kind !== 'end') yield record;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#walker?.[Symbol.asyncDispose]();
  }
}
