import {
  encodeContent,
  encodeOperation,
  freeMemory,
  Helper,
  SyscallsError,
} from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { RootfsError } from '../rootfs-error.ts';
import type { ContentOperation, OperationSink } from './operation-sink.ts';

const BATCH = 512 * 1024;
// What is on its way keeps whole chunks of the inflater in memory.
const MOST_UNDER_WAY = 2;
const SMALL = 4096;

/** A helper that is fed with many small operations: they travel in batches, while the next are being made. */
export class PlanStream implements OperationSink {
  readonly #helper: Helper;
  readonly #ended: Promise<unknown>;
  #small: Uint8Array[] = [];
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #passed: Buffer[] = [];
  #sending: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;
  readonly #explain: (error: unknown) => unknown;

  /** @param explained what the helper's error is to whoever asked @default an error about a layer */
  constructor(before: readonly Operation[], explained: (error: unknown) => unknown = explain) {
    this.#explain = explained;
    this.#helper = new Helper('tree');
    this.#ended = this.#helper.wait().catch((error: unknown) => {
      this.#failure = { error };
    });
    for (const operation of before) this.add(operation);
  }

  add(operation: Operation): void {
    this.#put(encodeOperation(operation));
  }

  addContent(operation: ContentOperation): void {
    for (const part of encodeContent(operation)) this.#put(part);
  }

  #put(part: Uint8Array): void {
    if (part.length > SMALL) this.#gather();
    (part.length > SMALL ? this.#parts : this.#small).push(part);
    this.#bytes += part.length;
  }

  // Many small records go better as one.
  #gather(): void {
    if (this.#small.length > 0) this.#parts.push(Buffer.concat(this.#small));
    this.#small = [];
  }

  free(chunk: Buffer): void {
    this.#passed.push(chunk);
  }

  flow(): Promise<void> | undefined {
    return this.#bytes >= BATCH ? this.#send() : undefined;
  }

  async #send(): Promise<void> {
    if (this.#sending.length >= MOST_UNDER_WAY) await this.#sending.shift();
    if (this.#failure !== undefined) throw this.#explain(this.#failure.error);
    this.#gather();
    const passed = this.#passed;
    this.#sending.push(
      this.#helper.writeEncoded(...this.#parts).then(() => passed.forEach(freeMemory)),
    );
    this.#passed = [];
    this.#parts = [];
    this.#bytes = 0;
  }

  /** Ends the plan and waits until all of it is carried out. Throws what the failure is explained as. */
  async finish(): Promise<void> {
    await this.#send();
    this.#helper.end();
    await this.#ended;
    if (this.#failure !== undefined) throw this.#explain(this.#failure.error);
  }

  async abandon(): Promise<void> {
    this.#helper.kill('SIGKILL');
    await this.#ended;
  }
}

// What the archive is to blame for: links on the way, names that do not exist, loops.
const blamed = new Set([
  'ELOOP',
  'ENOTDIR',
  'EXDEV',
  'ENOENT',
  'EEXIST',
  'ENAMETOOLONG',
  'EINVAL',
  'EMLINK',
]);

/** The error of this package for one of the helper. */
export function explain(cause: unknown): unknown {
  if (!(cause instanceof SyscallsError) || cause.failure === undefined) return cause;
  const { operation, call, errno, path } = cause.failure;
  const where = JSON.stringify(path);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new RootfsError('NO_SPACE', `${where}: no space left to unpack it`, {
      cause,
      path,
      hint: 'free some space on the file system and try again',
    });
  }
  if (operation === 'user-namespace' && call === 'execv') {
    return new RootfsError(
      'NO_USER_NAMESPACES',
      `the subordinate ids could not be mapped: ${path} refused it`,
      {
        cause,
        hint: 'see /etc/subuid and /etc/subgid, and that newuidmap and newgidmap are set-uid root',
      },
    );
  }
  if (operation === 'user-namespace') {
    return new RootfsError('NO_USER_NAMESPACES', `a user namespace could not be made: ${errno}`, {
      cause,
      hint: 'run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)',
    });
  }
  const isLink = operation === 'make-hardlink' || operation === 'adopt';
  const isEntry = /^(make|imply|data|hole|close|open|mark|adopt)/.test(operation);
  if ((isEntry && blamed.has(errno)) || (isLink && errno === 'EPERM')) {
    return new RootfsError('LAYER_INVALID', `layer: entry ${where}: ${operation}: ${errno}`, {
      cause,
      path,
    });
  }
  return new RootfsError('UNPACK_FAILED', cause.message, { cause, path });
}
