import { constants } from 'node:os';
import type { Addon } from './addon.ts';
import { Watched, WRITABLE } from './watched.ts';

/** Bytes on their way to a child: what there is room for goes at once, the rest as room comes. */
export class Outlet {
  readonly #end: Watched;
  #parts: Uint8Array[] = [];
  #skipped = 0;
  #isEnding = false;
  #waiting: (() => void)[] = [];

  constructor(addon: Addon, descriptor: number) {
    this.#end = new Watched(addon, descriptor, () => this.#flow());
  }

  /** Resolves when all of it has gone, or nobody reads it any more. */
  async write(parts: readonly Uint8Array[]): Promise<void> {
    if (!this.#end.isOpen || this.#isEnding) return;
    const wasEmpty = this.#parts.length === 0;
    for (const part of parts) if (part.length > 0) this.#parts.push(part);
    if (wasEmpty) this.#flow();
    if (this.#parts.length > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Nothing follows. */
  end(): void {
    this.#isEnding = true;
    if (this.#parts.length === 0) this.destroy();
  }

  /** Nothing follows, not even what has not gone yet. */
  destroy(): void {
    this.#parts = [];
    this.#end.close();
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #flow(): void {
    while (this.#parts.length > 0) {
      const went = this.#end.write(this.#parts, this.#skipped);
      if (went === -constants.errno.EAGAIN) return this.#end.want(WRITABLE);
      // It stopped reading at a failure: what counts is its report. Nothing goes of what was detached meanwhile.
      if (went <= 0) return this.destroy();
      this.#take(went);
    }
    if (this.#isEnding) return this.destroy();
    this.#end.want(0);
    this.#wake();
  }

  #take(went: number): void {
    let gone = 0;
    let left = this.#skipped + went;
    while (left > 0 && left >= (this.#parts[gone]?.length ?? 0)) {
      left -= this.#parts[gone]?.length ?? 0;
      gone += 1;
    }
    this.#parts.splice(0, gone);
    this.#skipped = left;
  }
}
