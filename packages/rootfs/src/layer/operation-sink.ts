import type { Operation } from '@ctrkit/syscalls';

export type ContentOperation = Extract<Operation, { readonly op: 'make-file' | 'data' }>;

/** Where operations go: to a helper that carries them out, or to somebody who reads them. */
export interface OperationSink {
  add(operation: Operation): void;
  /** Contents are passed on without a copy: they must not change any more. */
  addContent(operation: ContentOperation): void;
  /** Frees the memory that a chunk is the end of, when all that was taken of it so far is passed on. */
  free(chunk: Buffer): void;
  /** Waits where the other side is far behind; undefined where there is nothing to wait for. Throws what made it fail. */
  flow(): Promise<void> | undefined;
  /** Ends the plan and waits until all of it is carried out. */
  finish(): Promise<void>;
  /** Stops where it is. */
  abandon(): Promise<void>;
}

/** A sink that only shows the operations. */
export function showOperations(show: (operation: Operation) => void): OperationSink {
  return {
    add: show,
    addContent: show,
    free: () => {},
    flow: () => undefined,
    finish: async () => {},
    abandon: async () => {},
  };
}
