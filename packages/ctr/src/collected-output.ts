type Stream = 'stdout' | 'stderr';
type Outputs = Readonly<Record<Stream, { write: (text: string) => void }>>;

const MOST = 64 * 1024;

/**
 * Collects what is written to two outputs, and writes it when nothing more comes in this turn of the event loop: a
 * line at a time costs more than reading it does. The order between the two is kept.
 */
export class CollectedOutput {
  readonly #outputs: Outputs;
  readonly #controller = new AbortController();
  #stream: Stream = 'stdout';
  #text = '';
  #later: NodeJS.Immediate | undefined;

  constructor(outputs: Outputs) {
    this.#outputs = outputs;
  }

  /** Aborted with what the outputs threw, where nobody is there to catch it: the reader is gone. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws what the outputs throw. */
  write(stream: Stream, text: string): void {
    if (stream !== this.#stream || this.#text.length > MOST) this.flush();
    this.#stream = stream;
    this.#text += text;
    this.#later ??= setImmediate(() => this.#flushLater());
  }

  /** Writes what was collected. Throws what the outputs throw. */
  flush(): void {
    clearImmediate(this.#later);
    this.#later = undefined;
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#outputs[this.#stream].write(text);
  }

  #flushLater(): void {
    try {
      this.flush();
    } catch (error) {
      this.#controller.abort(error);
    }
  }
}
