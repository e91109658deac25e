import { notStarted } from './addon.ts';
import type { Addon, WatchHandle } from './addon.ts';

export const READABLE = 1;
export const WRITABLE = 2;

/** A descriptor of ours, closed with this, whose `ready` is called when what is wanted of it can be had. */
export class Watched {
  readonly #addon: Addon;
  readonly #descriptor: number;
  #handle: WatchHandle | undefined;

  /** Takes the descriptor, also where it throws: HELPER_MISSING. */
  constructor(addon: Addon, descriptor: number, ready: () => void) {
    this.#addon = addon;
    this.#descriptor = descriptor;
    const handle = addon.watch(descriptor, ready);
    if (typeof handle === 'number') {
      addon.close(descriptor);
      throw notStarted(handle);
    }
    this.#handle = handle;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** `READABLE`, `WRITABLE` or 0. While something is wanted, this process does not end by itself. */
  want(events: number): void {
    if (this.#handle !== undefined) this.#addon.want(this.#handle, events);
  }

  /** The bytes that came, 0 at the end, -errno. */
  read(into: Uint8Array): number {
    return this.#addon.read(this.#descriptor, into);
  }

  /** How many bytes went of the parts, without the first `skipped` of them; -errno. */
  write(parts: readonly Uint8Array[], skipped: number): number {
    return this.#addon.write(this.#descriptor, parts, skipped);
  }

  /** Nothing of it keeps this process from its end. */
  unref(): void {
    if (this.#handle !== undefined) this.#addon.unref(this.#handle);
  }

  close(): void {
    if (this.#handle === undefined) return;
    this.#addon.unwatch(this.#handle);
    this.#handle = undefined;
  }
}
