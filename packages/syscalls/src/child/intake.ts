import { constants } from 'node:os';
import type { Addon } from './addon.ts';
import { READABLE, Watched } from './watched.ts';

const CHUNK = 64 * 1024;
const LINE_FEED = 10;

/** Lines that a child writes. */
export class Intake {
  readonly #end: Watched;
  readonly #hear: (line: string) => void;
  readonly #chunk = Buffer.allocUnsafe(CHUNK);
  #rest: Buffer[] = [];
  #close: () => void = () => {};
  /** Resolves when nothing more comes. */
  readonly closed: Promise<void> = new Promise((resolve) => (this.#close = resolve));

  constructor(addon: Addon, descriptor: number, hear: (line: string) => void) {
    this.#hear = hear;
    this.#end = new Watched(addon, descriptor, () => this.#take());
    this.#end.want(READABLE);
  }

  /** Nothing more is heard. */
  destroy(): void {
    this.#end.close();
    this.#close();
  }

  #take(): void {
    const came = this.#end.read(this.#chunk);
    if (came === -constants.errno.EAGAIN) return;
    if (came <= 0) return this.destroy();
    const chunk = this.#chunk.subarray(0, came);
    const last = chunk.lastIndexOf(LINE_FEED);
    const whole = last < 0 ? [] : [...this.#rest, chunk.subarray(0, last)];
    if (last >= 0) this.#rest = [];
    // The chunk is filled again.
    this.#rest.push(Buffer.from(chunk.subarray(last + 1)));
    if (whole.length === 0) return;
    for (const line of Buffer.concat(whole).toString('utf8').split('\n')) this.#hear(line);
  }
}
