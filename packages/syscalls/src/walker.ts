import { encodeOperation, encodePlan } from './encode.ts';
import { Helper } from './helper.ts';
import type { HelperOptions } from './helper.ts';
import type { Text } from './operations/fields.ts';
import type { Operation } from './operations/index.ts';
import { SyscallsError } from './syscalls-error.ts';
import { readWalkRecord } from './walk-record.ts';
import type { WalkEnd, WalkRecord } from './walk-record.ts';

/** What of a tree is wanted. */
export interface WalkSelection {
  /**
   * Where to begin, in the root.
   * @default '.'
   */
  readonly path?: Text;
  /**
   * How many levels below `path`: 0 is the entry alone.
   * @default all
   */
  readonly depth?: number;
  /**
   * The contents of files up to this size, in bytes, follow their entries.
   * @default 0
   */
  readonly contents?: number;
  /**
   * Without these and without contents no file is opened, and of none is known where its holes are.
   * @default true
   */
  readonly xattrs?: boolean;
  /**
   * Symbolic links in `path` are followed, inside the root; `parents`: but for the last.
   * @default false
   */
  readonly follow?: boolean | 'parents';
  /**
   * An absent `path` yields nothing instead of failing.
   * @default false
   */
  readonly optional?: boolean;
  /**
   * What is mounted below `path` is entered.
   * @default false
   */
  readonly mounts?: boolean;
}

function operationOf(selection: WalkSelection): Operation {
  return {
    op: 'walk',
    path: selection.path ?? '.',
    depth: selection.depth ?? 0xffffffff,
    contents: BigInt(selection.contents ?? 0),
    xattrs: selection.xattrs === false ? 0 : 1,
    follow: selection.follow === 'parents' ? 2 : Number(selection.follow ?? false),
    optional: selection.optional === true ? 1 : 0,
    mounts: selection.mounts === true ? 1 : 0,
  };
}

/** `signal` ends it wherever it is. */
export type WalkerOptions = Pick<HelperOptions, 'path'> & { readonly signal?: AbortSignal };

type Records = readonly (WalkRecord | WalkEnd)[];

function readBatch(bytes: Buffer): { readonly records: Records; readonly rest: Buffer } {
  const records: (WalkRecord | WalkEnd)[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const all = { bytes, view };
  let at = 0;
  while (bytes.length - at >= 4) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) break;
    records.push(readWalkRecord(all, at + 4));
    at = end;
  }
  return { records, rest: bytes.subarray(at) };
}

async function* batchesOf(source: AsyncIterable<Buffer>): AsyncGenerator<Records> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const batch = readBatch(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = batch.rest;
    if (batch.records.length > 0) yield batch.records;
  }
}

/**
 * A tree that is walked again and again, for what the last walk showed to be of interest: by one helper, which keeps the root
 * that `before` chooses until it is turned to another. Walks come one after the other, also where several are asked for at once.
 */
export class Walker implements AsyncDisposable {
  readonly #helper: Helper;
  readonly #batches: AsyncIterator<Records>;
  readonly #signal: AbortSignal | undefined;
  readonly #kill = (): void => void this.#helper.kill('SIGKILL');
  #before: readonly Operation[];
  #last: Promise<unknown> = Promise.resolve();

  /** Throws the reason of `signal`, HELPER_MISSING. */
  constructor(before: readonly Operation[], { signal, ...options }: WalkerOptions = {}) {
    signal?.throwIfAborted();
    this.#before = before;
    this.#signal = signal;
    this.#helper = new Helper('walk', { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#batches = batchesOf(this.#helper.stdout as AsyncIterable<Buffer>);
    signal?.addEventListener('abort', this.#kill);
  }

  /**
   * Yields what was found in the order of the selections, some records at a time, and an end behind each. After one that throws, or that is not
   * read to its end, there is no other. Throws as `walkTree`.
   */
  async *walk(selections: readonly WalkSelection[]): AsyncGenerator<Records> {
    const before = this.#last;
    let release: (() => void) | undefined;
    this.#last = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    let isComplete = false;
    try {
      yield* this.#walk(selections);
      isComplete = true;
    } finally {
      if (!isComplete) this.#kill();
      release?.();
    }
  }

  async *#walk(selections: readonly WalkSelection[]): AsyncGenerator<Records> {
    // Not waited for: a helper whose output nobody reads would read no more of a long plan.
    const sent = this.#helper.writeEncoded(
      encodePlan(this.#before),
      Buffer.concat(selections.map((selection) => encodeOperation(operationOf(selection)))),
    );
    this.#before = [];
    for (let open = selections.length; open > 0;) {
      const { value, done } = await this.#batches.next();
      if (done === true) return await this.#fail();
      for (const { kind } of value) if (kind === 'end') open -= 1;
      yield value;
    }
    await sent;
    this.#signal?.throwIfAborted();
  }

  async #fail(): Promise<never> {
    this.#signal?.throwIfAborted();
    await this.#helper.wait();
    throw new SyscallsError('HELPER_DIED', 'a walk ended early');
  }

  /** The walks that follow have another root. In its user namespace the helper stays. */
  turnTo(before: readonly Operation[]): void {
    this.#before = before.filter(({ op }) => !op.endsWith('user-namespace'));
  }

  /** No walk follows. Throws what the helper ended with. */
  async end(): Promise<void> {
    this.#helper.end();
    await this.#helper.wait();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#kill);
    this.#kill();
    await this.#helper.wait().catch(() => undefined);
    // What nobody reads would stay open with what has not been read.
    this.#helper.stdout?.destroy();
  }
}
